"""Remote servers behind OAuth: client credentials, logins, renewals, and what must not come true. The authorization
server and the MCP server are real ones, on loopback; all that the node leaves is searched for tokens."""

import json
import os
import socket
import threading
import time
import urllib.error
import urllib.parse

from py_login import SECRET, Login, check_clean, credentials, echo, log_in, visit
from oauth import AuthorizationServer, ProtectedServer
from py_node import check, eventually, run


def client_credentials_let_a_server_in_and_are_seen_nowhere(node):
    authority = AuthorizationServer("/tenant")
    server = ProtectedServer(authority)
    node.file("secret", SECRET + "\n")
    auth = credentials(authority, client_secret="${file:%s/secret}" % node.directory)
    node.servers["docs"] = {"url": server.url, "auth": auth}
    node.start()
    node.wait_for("docs", "ready")
    check(echo(node, "x") == "x", "a call")
    echo(node, "token")  # Its answer, which is recorded, holds the token.
    kind, fields, shown = authority.asked[0]
    check((kind, shown) == ("client_credentials", "basic"), authority.asked)
    check(fields["resource"] == server.url and fields["scope"] == "mcp:use", fields)
    check(len(authority.asked) == 1, "one token for all: %s" % authority.asked)
    check(not os.path.exists(node.state + "/secrets/docs"), "such tokens are in memory alone")
    check_clean(node)

    # One that its server takes back is replaced at the next request, and nobody notices.
    server.expire()
    check(echo(node, "y") == "y", "a call after the token's end")
    check(len(authority.asked) == 2, authority.asked)
    check(node.row("docs")["restarts"] == 0, node.row("docs"))
    check_clean(node)
    node.stop()


def a_short_token_is_replaced_before_it_ends(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    authority.token_life = 2
    node.servers["docs"] = {"url": server.url, "auth": credentials(authority)}
    node.start()
    node.wait_for("docs", "ready")
    end = time.monotonic() + 5
    while time.monotonic() < end:
        check(echo(node, "x") == "x", "a call")
        time.sleep(0.1)
    check(3 <= len(authority.asked) <= 6, "%d tokens in 5 s" % len(authority.asked))
    check(server.refused <= 1, "%d requests met a token that had ended" % server.refused)
    node.stop()


def wrong_credentials_say_so_and_are_tried_again(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    auth = credentials(authority)
    authority.clients["node"] = "another"
    node.servers["docs"] = {"url": server.url, "auth": auth, "backoff": {"min": "50ms", "max": "200ms"}}
    node.start()
    eventually(lambda: "invalid_client" in node.row("docs").get("reason", ""), "the reason")
    eventually(lambda: len(authority.asked) > 8, "it goes on, where six starts in vain would have parked it")
    check('check "client_id"' in node.row("docs")["reason"], node.row("docs"))
    check(node.row("docs")["process_status"] in ("backing_off", "starting"), node.row("docs"))
    authority.clients["node"] = SECRET
    node.wait_for("docs", "ready")
    check_clean(node)
    node.stop()


def a_login_opens_a_server_and_outlives_the_node(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.servers["docs"] = {"url": server.url}  # Nothing else is known: its challenge leads to all.
    node.start()
    node.wait_for("docs", "needs_login")
    row = node.row("docs")
    check(row["reason"] == "it needs a login; run: toolscore login docs", row)
    refused = server.refused
    told = node.command("call", "docs", "echo", "{}")[1]
    check("run: toolscore login docs" in told, "a call says what to do: " + told)
    check("log in to it: `toolscore login docs`" in node.command("why", "docs")[1], "and so does why")
    check(json.loads(node.ask("GET", "/api/v1/crashes")[1])["crashes"] == [], "it is no crash")
    time.sleep(1)
    check(server.refused == refused, "nobody tries again meanwhile")

    code, text, status, page = log_in(node, authority)
    check((code, status) == (0, 200) and "docs: logged in" in text, text + page)
    check("You are logged in to docs" in page, page)
    node.wait_for("docs", "ready")
    check(echo(node, "x") == "x", "a call")
    echo(node, "token")
    registered = authority.registrations[0]
    check(registered["token_endpoint_auth_method"] == "none", registered)
    fields = authority.asked[0][1]
    check(fields["resource"] == server.url and fields["redirect_uri"] in registered["redirect_uris"], fields)
    check(os.listdir(node.state + "/secrets/docs") == ["oauth"], "its file")
    check_clean(node)

    node.kill()
    node.start()
    node.wait_for("docs", "ready")
    check(len(authority.asked) == 1, "the login is still good")
    check_clean(node)

    # Its token is taken back: it is renewed, with the new refresh token too, and that is kept.
    for _ in range(2):
        server.expire()
        check(echo(node, "y") == "y", "a call after the token's end")
    check([x[0] for x in authority.asked[1:]] == ["refresh_token"] * 2, authority.asked)
    check(authority.asked[1][1]["refresh_token"] != authority.asked[2][1]["refresh_token"], "the new one")
    check(node.row("docs")["restarts"] == 0, node.row("docs"))
    node.kill()
    server.expire()
    node.start()
    node.wait_for("docs", "ready")
    check_clean(node)

    code, text = node.command("logout", "docs")
    check(code == 0 and "docs: logged out" in text, text)
    node.wait_for("docs", "needs_login")
    check(not os.path.exists(node.state + "/secrets/docs"), "its file is gone")
    node.stop()


def a_refused_renewal_asks_for_a_login_and_not_for_patience(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.servers["docs"] = {"url": server.url, "auth": {"type": "authorization_code"}}
    node.start()
    node.wait_for("docs", "needs_login")
    check(log_in(node, authority)[0] == 0, "the login")
    node.wait_for("docs", "ready")
    # A server that is away for a while is no reason to log in again.
    authority.faults.add("unavailable")
    server.expire()
    heard = []
    call = threading.Thread(target=lambda: heard.append(echo(node, "late")))
    call.start()
    eventually(lambda: "gives no other: " in node.row("docs").get("reason", ""), "why it has none")
    check(os.path.exists(node.state + "/secrets/docs/oauth"), "the login is kept")
    authority.faults = set()
    node.wait_for("docs", "ready")
    call.join()
    check(heard == ["late"], "the call had not been run, so it waited: %s" % heard)
    authority.faults.add("no_refreshing")
    server.expire()
    told = echo(node, "x")
    node.wait_for("docs", "needs_login")
    reason = node.row("docs")["reason"]
    check("its login has ended" in reason and "run: toolscore login docs" in reason, reason)
    check("toolscore login docs" in told, told)
    eventually(lambda: not os.path.exists(node.state + "/secrets/docs"), "what is good no more is not kept")
    authority.faults = set()
    check(log_in(node, authority)[0] == 0, "the next login")
    node.wait_for("docs", "ready")
    check(echo(node, "y") == "y", "a call")
    check_clean(node)
    node.stop()


def what_comes_back_with_another_state_or_issuer_is_no_login(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.servers["docs"] = {"url": server.url}
    node.start()
    node.wait_for("docs", "needs_login")
    login = Login(node)
    for changes in ({"state": "another"}, {"state": None}, {"state": "another", "iss": None}):
        status, page = visit(authority.redirect(login.url, **changes))
        check(status == 400 and "Nothing was changed" in page, page)
    parts = urllib.parse.urlsplit(authority.redirect(login.url))
    check(visit("http://%s/elsewhere?%s" % (parts.netloc, parts.query))[0] == 404, "one path alone")
    check(json.loads(node.ask("GET", "/api/v1/servers/docs/login")[1])["state"] == "waiting", "it goes on")
    check(authority.asked == [], "no code was used")
    # The right state, by another server: that ends it.
    status, page = visit(authority.redirect(login.url, iss="https://elsewhere.example"))
    code, text = login.end()
    check(status == 400 and code == 1 and "another authorization server" in text, text + page)
    for changes, told in (({"iss": None}, "does not say of which"), ({"code": None, "error": "access_denied"},
                                                                     "access_denied")):
        code, text, status, page = log_in(node, authority, **changes)
        check(code == 1 and status == 400 and told in text and told in page, text + page)
    check(authority.asked == [], "no code was used: %s" % authority.asked)
    code, text, status, page = log_in(node, authority, code="stolen")
    check(code == 1 and status == 400 and "invalid_grant" in text, text)
    check(node.row("docs")["process_status"] == "needs_login", node.row("docs"))
    check(not os.path.exists(node.state + "/secrets/docs"), "no file")
    # A login's way back is closed with it.
    try:
        socket.create_connection(("127.0.0.1", parts.port), 2).close()
        check(False, "somebody still listens")
    except OSError:
        pass
    check_clean(node)
    node.stop()


def an_authorization_server_that_will_not_do_is_told(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.servers["docs"] = {"url": server.url}
    node.start()
    node.wait_for("docs", "needs_login")

    def refused(told):
        login = Login(node)
        code, text = login.end()
        check(code == 1 and told in text, text)

    authority.faults = {"wrong_issuer_metadata"}
    refused("are those of another issuer")
    authority.faults = {"plain_pkce"}
    refused("does not take PKCE with S256")
    authority.faults = set()
    authority.registers = False
    refused('write the "client_id"')
    authority.registers = True
    server.told = "http://10.255.255.1/issuer"
    refused("is no https:// URL")
    authority.more = {"authorization_endpoint": "javascript:alert(1)"}
    server.told = None
    refused("has no page")
    authority.more = {}
    authority.faults = {"redirects_tokens"}
    code, text, _, _ = log_in(node, authority)
    check(code == 1 and "redirection" in text, text)
    check("elsewhere" not in [x[0] for x in authority.asked], "it was not followed")
    node.stop()


def one_login_takes_the_place_of_another(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.servers["docs"] = {"url": server.url}
    node.servers["local"] = {"command": "/bin/sleep", "args": ["600"], "link": "none"}
    node.start()
    node.wait_for("docs", "needs_login")
    first = Login(node)
    second = Login(node)
    try:
        status, _ = visit(authority.redirect(first.url))
        check(status == 400, "the first one is over")
    except (urllib.error.URLError, OSError):
        pass  # As good.
    check(visit(authority.redirect(second.url))[0] == 200, "the second one")
    check(second.end()[0] == 0 and first.end()[0] == 0, "both hear of it")
    node.wait_for("docs", "ready")
    code, text = Login(node, "local").end()
    check(code == 2 and "no remote server" in text, text)
    code, text = Login(node, "nobody").end()
    check(code == 4, text)
    node.stop()


def a_server_that_was_added_keeps_its_client_secret_out_of_the_database(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.start()
    status, text = node.ask("POST", "/api/v1/servers", {
        "name": "docs", "config": {"url": server.url, "auth": credentials(authority)}, "wait": True})
    check(status < 300, text)
    check(os.listdir(node.state + "/secrets/docs") == ["auth.client_secret"], "its secret's file")
    check_clean(node)
    node.kill()
    node.start()
    node.wait_for("docs", "ready")
    check(node.ask("DELETE", "/api/v1/servers/docs")[0] == 200, "its removal")
    check(not os.path.exists(node.state + "/secrets/docs"), "its secrets are left")
    node.stop()


def the_tokens_of_a_server_that_is_removed_go_with_it(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.start()
    node.ask("POST", "/api/v1/servers", {"name": "docs", "config": {"url": server.url}, "wait": True})
    node.wait_for("docs", "needs_login")
    check(log_in(node, authority)[0] == 0, "the login")
    node.wait_for("docs", "ready")
    check(node.ask("DELETE", "/api/v1/servers/docs")[0] == 200, "its removal")
    check(not os.path.exists(node.state + "/secrets/docs"), "its tokens are left")
    node.ask("POST", "/api/v1/servers", {"name": "docs", "config": {"url": server.url}, "wait": True})
    node.wait_for("docs", "needs_login")
    node.stop()


def a_logout_gives_the_tokens_back(node):
    authority = AuthorizationServer()
    authority.more["revocation_endpoint"] = authority.origin + "/revoke"
    server = ProtectedServer(authority)
    node.servers["docs"] = {"url": server.url}
    node.start()
    node.wait_for("docs", "needs_login")
    check(log_in(node, authority)[0] == 0, "the login")
    node.wait_for("docs", "ready")
    node.kill()  # Its tokens are in the file alone.
    node.start()
    node.wait_for("docs", "ready")
    access, refresh = list(authority.access)[-1], list(authority.refresh)[-1]
    code, text = node.command("logout", "docs")
    check(code == 0 and "docs: logged out" in text, text)
    check(authority.returned == [("refresh_token", refresh), ("access_token", access)], authority.returned)
    node.wait_for("docs", "needs_login")
    code, text = node.command("logout", "docs")
    check(len(authority.returned) == 2, "there is nothing more to give back")

    # Who does not take them is told, and they are gone here all the same.
    check(log_in(node, authority)[0] == 0, "the next login")
    node.wait_for("docs", "ready")
    authority.faults.add("keeps_tokens")
    code, text = node.command("logout", "docs")
    check(code == 1 and "did not take them back (refresh_token: HTTP 503)" in text and "until they end" in text, text)
    check(not os.path.exists(node.state + "/secrets/docs"), "its file is gone")
    node.wait_for("docs", "needs_login")
    check_clean(node)
    node.stop()


def a_token_that_is_good_for_too_little_ends_that_call_and_tells_the_login_that_helps(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.servers["docs"] = {"url": server.url}
    node.start()
    node.wait_for("docs", "needs_login")
    check(log_in(node, authority)[0] == 0, "the login")
    node.wait_for("docs", "ready")
    instance = node.row("docs")["instance"]
    needed = 'this needs a login with the scopes "mcp:admin"; run: toolscore login docs'
    told = echo(node, "admin")
    check(needed in told, told)
    check(server.lacked == 1, "it is asked once: %d" % server.lacked)
    check(echo(node, "x") == "x" and node.row("docs")["process_status"] == "ready", "all else goes on")

    # Who logs in and grants no more is no further, and nobody goes round in a circle.
    authority.faults.add("grants_less")
    login = Login(node)
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(login.url).query))
    check(asked["scope"].split() == ["mcp:use", "mcp:admin"], "what it had is not lost: %s" % asked)
    check(visit(authority.redirect(login.url))[0] == 200 and login.end()[0] == 0, login.text)
    check(needed in echo(node, "admin"), "it is no more than before")
    check(server.lacked == 2, "it is asked once: %d" % server.lacked)
    authority.faults.clear()
    check(log_in(node, authority)[0] == 0, "the login with more")
    check(echo(node, "admin") == "admin", "a call that needs it")
    check(server.lacked == 2 and node.row("docs")["instance"] == instance, node.row("docs"))
    check(node.log().count("login.too_little") == 2, "it is told once a login: " + node.log())
    check_clean(node)
    node.stop()


def a_server_that_takes_no_handshake_without_a_scope_needs_a_login(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.servers["docs"] = {"url": server.url}
    node.start()
    node.wait_for("docs", "needs_login")
    server.opens_for = "mcp:admin"
    check(log_in(node, authority)[0] == 0, "the login")
    eventually(lambda: '"mcp:admin"; run: toolscore login docs' in node.row("docs").get("reason", ""), "the reason")
    node.wait_for("docs", "needs_login")
    lacked = server.lacked
    time.sleep(1)
    check(server.lacked == lacked, "nobody tries again meanwhile")
    check(log_in(node, authority)[0] == 0, "the login with more")
    node.wait_for("docs", "ready")
    check(echo(node, "x") == "x", "a call")
    check(server.lacked == lacked, "the first try was good")
    node.stop()


def a_client_alone_that_lacks_a_scope_is_told_where_to_write_it(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    node.servers["docs"] = {"url": server.url, "auth": credentials(authority)}
    node.start()
    node.wait_for("docs", "ready")
    told = echo(node, "admin")
    check('needs the scopes "mcp:admin"; write them into "scope" under "auth"' in told, told)
    check(server.lacked == 1 and echo(node, "x") == "x", "all else goes on")
    node.stop()


def what_makes_no_sense_is_refused_with_its_place(node):
    good = {"type": "client_credentials", "client_id": "a", "client_secret": "b"}
    url = {"url": "https://docs.example/mcp"}
    rows = [({**url, "auth": {**good, "client_secrets": "x"}}, 'did you mean "client_secret"?'),
            ({**url, "auth": {"type": "code"}}, "mcpServers.s.auth.type"),
            ({**url, "auth": {"client_id": "x"}}, '"authorization_code" (a person logs in)'),
            ({**url, "auth": {"type": "client_credentials", "client_id": "x"}}, "auth.client_secret: is missing"),
            ({**url, "auth": {**good, "issuer": "http://id.example"}}, "write https://"),
            ({**url, "auth": good, "headers": {"authorization": "Bearer x"}}, "say the same thing"),
            ({"url": "wss://docs.example/mcp", "auth": good}, "https:// and http:// alone"),
            ({"command": "x", "link": "http", "auth": good}, "is for remote servers"),
            ({"command": "x", "auth": good}, 'has a meaning only beside "url"')]
    for definition, told in rows:
        path = node.file("bad.json", json.dumps({"mcpServers": {"s": definition}}))
        code, text = node.command("check", path, where=False)
        check(code == 1 and told in text, "%s: %s" % (definition, text))


run([client_credentials_let_a_server_in_and_are_seen_nowhere, a_short_token_is_replaced_before_it_ends,
     wrong_credentials_say_so_and_are_tried_again, a_login_opens_a_server_and_outlives_the_node,
     a_refused_renewal_asks_for_a_login_and_not_for_patience,
     what_comes_back_with_another_state_or_issuer_is_no_login, an_authorization_server_that_will_not_do_is_told,
     one_login_takes_the_place_of_another, a_server_that_was_added_keeps_its_client_secret_out_of_the_database,
     the_tokens_of_a_server_that_is_removed_go_with_it, a_logout_gives_the_tokens_back,
     a_token_that_is_good_for_too_little_ends_that_call_and_tells_the_login_that_helps,
     a_server_that_takes_no_handshake_without_a_scope_needs_a_login,
     a_client_alone_that_lacks_a_scope_is_told_where_to_write_it, what_makes_no_sense_is_refused_with_its_place])
