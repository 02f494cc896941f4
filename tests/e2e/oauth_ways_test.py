"""The ways that lead to a login: clients that are known already, servers that say less, issuers of the configuration,
and logins that come to nothing."""

import os
import urllib.error
import urllib.parse

from py_login import SECRET, Login, check_clean, credentials, echo, log_in, visit
from oauth import AuthorizationServer, ProtectedServer
from py_node import check, eventually, run


def asked_of(url):
    """What the page of a login is asked with."""
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def needs_login(node, server, **more):
    node.servers["docs"] = {"url": server.url, **more}
    node.start()
    node.wait_for("docs", "needs_login")


def a_client_that_is_known_logs_in_as_itself(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    authority.add_client("known", SECRET)
    needs_login(node, server, auth={"type": "authorization_code", "client_id": "known", "client_secret": SECRET,
                                    "scope": "mcp:less"})
    login = Login(node)
    asked = asked_of(login.url)
    check((asked["client_id"], asked["scope"]) == ("known", "mcp:less"), asked)
    check(asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43, asked)
    check(visit(authority.redirect(login.url))[0] == 200 and login.end()[0] == 0, "the login")
    node.wait_for("docs", "ready")
    check(authority.registrations == [], "it is registered already")
    check([x[2] for x in authority.asked] == ["basic"], authority.asked)
    server.expire()
    check(echo(node, "x") == "x", "a call after the token's end")
    check([(x[0], x[2]) for x in authority.asked[1:]] == [("refresh_token", "basic")], authority.asked)
    check(authority.asked[1][1].get("resource") == server.url, authority.asked)
    check_clean(node)
    # What a node reads from its files is as secret as what it was told.
    node.kill()
    node.start()
    node.wait_for("docs", "ready")
    echo(node, "token")
    check_clean(node)
    node.stop()


def a_server_that_says_less_is_found_out(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    server.challenges = False
    needs_login(node, server)
    for known_at in ("/mcp", ""):  # Beside its path, and at the root.
        server.known_at = known_at
        login = Login(node)
        check(login.url and asked_of(login.url)["scope"] == "mcp:all", login.text)
        check(visit(authority.redirect(login.url))[0] == 200 and login.end()[0] == 0, "the login")
        node.wait_for("docs", "ready")
        check(node.command("logout", "docs")[0] == 0, "the logout")
        node.wait_for("docs", "needs_login")
    # Of 2025-03-26: no word of a resource, and its own origin tells who gives its tokens.
    server.known_at = None
    server.is_authority = True
    authority.issuer = server.origin
    check(log_in(node, authority)[0] == 0, "the login")
    node.wait_for("docs", "ready")
    check(echo(node, "x") == "x", "a call")
    server.is_authority = False
    check(node.command("logout", "docs")[0] == 0, "the logout")
    node.wait_for("docs", "needs_login")
    code, text = Login(node).end()
    check(code == 1 and "nobody tells who gives its tokens" in text and 'write "issuer"' in text, text)
    node.stop()


def a_login_to_a_resource_above_the_server_is_one_to_the_server(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    server.resource = server.origin
    needs_login(node, server)
    check(log_in(node, authority)[0] == 0, "the login")
    node.wait_for("docs", "ready")
    check(authority.asked[0][1]["resource"] == server.origin, authority.asked)
    node.kill()
    node.start()
    node.wait_for("docs", "ready")
    server.expire()
    check(echo(node, "x") == "x", "a call")
    check([(x[0], x[1]["resource"]) for x in authority.asked[1:]] == [("refresh_token", server.origin)],
          authority.asked)
    node.stop()


def the_issuer_of_the_configuration_is_asked_and_no_other(node):
    authority, other = AuthorizationServer("/tenant"), AuthorizationServer()
    server = ProtectedServer(authority, told=other.issuer)
    node.servers["docs"] = {"url": server.url, "auth": credentials(authority, issuer=authority.issuer)}
    node.start()
    node.wait_for("docs", "ready")
    check([x[0] for x in authority.asked] == ["client_credentials"], authority.asked)
    node.stop()
    needs_login(node, server, auth={"type": "authorization_code", "issuer": authority.issuer})
    check(log_in(node, authority)[0] == 0, "the login")
    node.wait_for("docs", "ready")
    check(other.asked == [] and other.registrations == [], "the one that the server names")
    node.stop()


def a_page_that_is_no_place_for_a_password_is_not_shown(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    needs_login(node, server)
    for place, told in (("http://id.example/authorize", "is no https:// URL"), ("", "has no page"),
                        ("ftp://id.example/authorize", "has no page")):
        authority.more = {"authorization_endpoint": place}
        login = Login(node)
        code, text = login.end()
        check(code == 1 and told in text and "id.example/authorize?" not in text, text)
    check(authority.registrations == [], "nobody was registered for it")
    node.stop()


def a_logout_ends_the_login_that_is_under_way(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    needs_login(node, server)
    login = Login(node)
    check(login.url, login.text)
    back = authority.redirect(login.url)
    check(node.command("logout", "docs")[0] == 0, "the logout")
    code, text = login.end()
    check(code == 1 and "it was logged out" in text, text)
    try:
        check(visit(back)[0] != 200, "its way back is closed")
    except (urllib.error.URLError, OSError):
        pass  # As good.
    check(authority.asked == [] and not os.path.exists(node.state + "/secrets/docs"), "no token was fetched")
    check(node.row("docs")["process_status"] == "needs_login", node.row("docs"))
    node.stop()


def who_has_another_way_in_has_nobody_to_log_in(node):
    authority = AuthorizationServer()
    server = ProtectedServer(authority)
    own = ProtectedServer(authority)
    authority.access["quince-marmalade-of-a-header"] = own.url
    node.servers["docs"] = {"url": server.url, "auth": credentials(authority)}
    node.servers["own"] = {"url": own.url, "headers": {"Authorization": "Bearer quince-marmalade-of-a-header"}}
    node.start()
    node.wait_for("docs", "ready")
    node.wait_for("own", "ready")
    check(set(own.heard) == {"quince-marmalade-of-a-header"}, own.heard)
    for name, told in (("docs", "there is nobody to log in"), ("own", 'its header "Authorization" lets it in')):
        code, text = Login(node, name).end()
        check(code != 0 and told in text, text)
    # One that is refused by its own header is no matter of a login.
    own.expire()
    told = echo(node, "x", "own")
    check("401" in told and "login" not in told, told)
    check(authority.registrations == [], "nobody was registered")
    check_clean(node)
    node.stop()


def logins_under_way_are_bounded(node):
    authority = AuthorizationServer()
    names = ["s%d" % at for at in range(17)]
    for name in names:
        node.servers[name] = {"url": ProtectedServer(authority).url}
    node.start()
    logins = []
    for name in names[:16]:
        node.wait_for(name, "needs_login")
        logins.append(Login(node, name))
        check(logins[-1].url, logins[-1].text)
    one_more = Login(node, names[16])
    code, text = one_more.end()
    check(code == 1 and "too many logins are under way" in text, text)
    node.command("logout", names[0])
    again = Login(node, names[16])
    check(again.url, again.text)
    for login in [*logins, again]:
        login.process.kill()
        login.end()
    eventually(lambda: all(x.process.poll() is not None for x in logins), "their end")
    node.stop()


run([a_client_that_is_known_logs_in_as_itself, a_server_that_says_less_is_found_out,
     a_login_to_a_resource_above_the_server_is_one_to_the_server,
     the_issuer_of_the_configuration_is_asked_and_no_other, a_page_that_is_no_place_for_a_password_is_not_shown,
     a_logout_ends_the_login_that_is_under_way, who_has_another_way_in_has_nobody_to_log_in,
     logins_under_way_are_bounded])
