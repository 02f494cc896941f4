"""A small authorization server and an MCP server that takes its tokens alone, on loopback, in threads of the test.
What either is asked is kept; what an authorization server does wrong is switched on by name."""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import urllib.parse

PLANTED = "quince-marmalade"  # Every token, code and secret holds it, so that it can be looked for.


def planted(kind):
    return "%s-%s-%s" % (PLANTED, kind, secrets.token_hex(8))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

    def answer(self, status, content=None, headers=None):
        text = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, "http://127.0.0.1:%d" % server.server_port


class AuthorizationServer:
    def __init__(self, path=""):
        self.clients = {}       # id -> secret; None = it has none
        self.redirects = {}     # id -> the redirect URIs it was registered with
        self.codes = {}
        self.access = {}        # token -> resource
        self.refresh = {}       # token -> (client, resource)
        self.token_life = 3600
        self.asked = []         # (grant, fields, how the client showed itself)
        self.scopes = {}        # token -> scopes
        self.returned = []      # (kind, token) of those given back
        self.registrations = []
        self.faults = set()     # what it does wrong, by name
        self.registers = True
        self.more = {}          # further metadata
        self.server, self.origin = serve(self.handler())
        self.issuer = self.origin + path

    def add_client(self, name, secret=None):
        self.clients[name] = secret

    def metadata(self):
        out = {"issuer": self.issuer, "authorization_endpoint": self.origin + "/authorize",
               "token_endpoint": self.origin + "/token", "response_types_supported": ["code"],
               "code_challenge_methods_supported": ["S256"],
               "authorization_response_iss_parameter_supported": True, **self.more}
        if self.registers:
            out["registration_endpoint"] = self.origin + "/register"
        if "wrong_issuer_metadata" in self.faults:
            out["issuer"] = "https://elsewhere.example"
        if "plain_pkce" in self.faults:
            out["code_challenge_methods_supported"] = ["plain"]
        return out

    def redirect(self, url, **changes):
        """What a person's browser is sent to after a login on the page `url`."""
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        code = planted("code")
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer, **changes}
        return asked["redirect_uri"] + "?" + urllib.parse.urlencode({k: v for k, v in answer.items() if v is not None})

    def tokens(self, client, resource, refreshable, scope=None):
        access = planted("access")
        self.access[access] = resource
        out = {"access_token": access, "token_type": "Bearer", "expires_in": self.token_life}
        if scope and "grants_less" in self.faults:
            scope = scope.split()[0]
        if scope:
            self.scopes[access] = out["scope"] = scope
        if refreshable and "no_refresh" not in self.faults:
            refresh = planted("refresh")
            self.refresh[refresh] = (client, resource)
            out["refresh_token"] = refresh
        return out

    def grant(self, fields, headers):
        shown = "post" if "client_secret" in fields else "none"
        client, secret = fields.get("client_id"), fields.get("client_secret")
        basic = headers.get("Authorization", "")
        if basic.startswith("Basic "):
            pair = base64.b64decode(basic[6:]).decode().split(":")
            client, secret = (urllib.parse.unquote_plus(x) for x in pair)
            shown = "basic"
        kind = fields.get("grant_type")
        self.asked.append((kind, fields, shown))
        if client not in self.clients or (self.clients[client] or None) != (secret or None):
            return 401, {"error": "invalid_client"}
        if "unavailable" in self.faults:
            return 503, {"error": "temporarily_unavailable"}
        if kind == "client_credentials":
            return 200, self.tokens(client, fields.get("resource"), False)
        if kind == "refresh_token":
            known = self.refresh.pop(fields.get("refresh_token"), None)
            if known is None or known[0] != client or "no_refreshing" in self.faults:
                return 400, {"error": "invalid_grant"}
            return 200, self.tokens(client, known[1], True)
        if kind == "authorization_code":
            asked = self.codes.pop(fields.get("code"), None)
            if asked is None or asked["client_id"] != client or asked["redirect_uri"] != fields.get("redirect_uri"):
                return 400, {"error": "invalid_grant"}
            digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
                return 400, {"error": "invalid_grant"}
            if fields.get("resource") != asked.get("resource"):
                return 400, {"error": "invalid_target"}
            return 200, self.tokens(client, fields["resource"], True, asked.get("scope"))
        return 400, {"error": "unsupported_grant_type"}

    def take_back(self, fields):
        """RFC 7009; a token that is not known is none to be refused."""
        if "keeps_tokens" in self.faults:
            return 503
        kind, token = fields.get("token_type_hint"), fields.get("token")
        self.returned.append((kind, token))
        self.access.pop(token, None)
        self.refresh.pop(token, None)
        return 200

    def handler(self):
        owner = self

        class Its(Handler):
            def do_GET(self):
                path = urllib.parse.urlsplit(self.path).path
                if path == "/.well-known/oauth-authorization-server" + owner.issuer[len(owner.origin):]:
                    return self.answer(200, owner.metadata())
                self.answer(404)

            def do_POST(self):
                text = self.body()
                if self.path == "/register" and owner.registers:
                    asked = json.loads(text)
                    owner.registrations.append(asked)
                    name = "registered-" + secrets.token_hex(4)
                    owner.clients[name] = None
                    owner.redirects[name] = asked["redirect_uris"]
                    return self.answer(201, {"client_id": name, **asked})
                if self.path == "/token" and "redirects_tokens" in owner.faults:
                    return self.answer(307, None, {"Location": owner.origin + "/elsewhere"})
                if self.path == "/revoke":
                    return self.answer(owner.take_back(dict(urllib.parse.parse_qsl(text))))
                if self.path in ("/token", "/elsewhere"):
                    fields = dict(urllib.parse.parse_qsl(text))
                    if self.path == "/elsewhere":
                        owner.asked.append(("elsewhere", fields, ""))
                    return self.answer(*owner.grant(fields, self.headers))
                self.answer(404)

        return Its


class ProtectedServer:
    """An MCP server of 2025-06-18 with a tool `echo`; without a token that is good for it, it answers 401."""

    def __init__(self, authority, told=None):
        self.authority = authority
        self.told = told  # What it calls its authorization server; None = what that is.
        self.refused = 0
        self.heard = []   # The tokens of good requests.
        self.open = False
        self.opens_for = None  # A scope without which it takes no handshake.
        self.lacked = 0        # Requests whose token was good for too little.
        self.challenges = True     # Its 401 says where its metadata stand, and its scope.
        self.known_at = "/mcp"     # Behind the well-known path of its metadata; None = it has none.
        self.is_authority = False  # Its own origin has the metadata of its authorization server.
        self.server, self.origin = serve(self.handler())
        self.url = self.origin + "/mcp"
        self.resource = self.url

    def expire(self):
        """From now on no token is good that was given before."""
        self.authority.access.clear()

    def is_good(self, headers):
        token = (headers.get("Authorization") or "").removeprefix("Bearer ")
        if self.open or self.authority.access.get(token) == self.resource:
            self.heard.append(token)
            return True
        self.refused += 1
        return False

    def lacks(self, scope, headers):
        token = (headers.get("Authorization") or "").removeprefix("Bearer ")
        return scope not in self.authority.scopes.get(token, "").split()

    def handler(self):
        owner = self

        class Its(Handler):
            def lacking(self, scope):
                owner.lacked += 1
                where = owner.origin + "/.well-known/oauth-protected-resource/mcp"
                self.answer(403, None, {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="%s", '
                                                            'resource_metadata="%s"' % (scope, where)})

            def refuse(self):
                self.body()
                where = owner.origin + "/.well-known/oauth-protected-resource/mcp"
                more = ' resource_metadata="%s", scope="mcp:use"' % where if owner.challenges else ""
                self.answer(401, None, {"WWW-Authenticate": "Bearer" + more})

            def do_GET(self):
                if owner.known_at is not None and self.path == "/.well-known/oauth-protected-resource" + owner.known_at:
                    return self.answer(200, {"resource": owner.resource, "scopes_supported": ["mcp:all"],
                                             "authorization_servers": [owner.told or owner.authority.issuer]})
                if owner.is_authority and self.path == "/.well-known/oauth-authorization-server":
                    return self.answer(200, owner.authority.metadata())
                if self.path.startswith("/.well-known/"):
                    return self.answer(404)
                if not owner.is_good(self.headers):
                    return self.refuse()
                self.answer(405)

            def do_DELETE(self):
                self.answer(405)

            def do_POST(self):
                if not owner.is_good(self.headers):
                    return self.refuse()
                x = json.loads(self.body())
                answer = {"jsonrpc": "2.0", "id": x.get("id")}
                if x["method"] == "initialize":
                    if owner.opens_for and owner.lacks(owner.opens_for, self.headers):
                        return self.lacking(owner.opens_for)
                    answer["result"] = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                                        "serverInfo": {"name": "protected", "version": "1"}}
                elif x["method"] == "tools/list":
                    answer["result"] = {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}
                elif x["method"] == "tools/call":
                    text = x["params"]["arguments"].get("text", "")
                    if text == "admin" and owner.lacks("mcp:admin", self.headers):
                        return self.lacking("mcp:admin")
                    if text == "token":  # It tells what it was let in by.
                        text = owner.heard[-1]
                    answer["result"] = {"content": [{"type": "text", "text": text}]}
                elif x["method"] == "ping":
                    answer["result"] = {}
                else:
                    answer["error"] = {"code": -32601, "message": "no such method"}
                if "id" in x:
                    return self.answer(200, answer)
                self.answer(202)

        return Its
