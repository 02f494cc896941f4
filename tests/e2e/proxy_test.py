"""Remote servers by way of a proxy, which the environment names: CONNECT for https, whole targets for http, and its
password nowhere but on its wire."""

import base64
import http.client
import http.server
import os
import select
import socket
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "servers"))

from oauth import AuthorizationServer, ProtectedServer  # noqa: E402
from py_node import check, eventually, run  # noqa: E402

PASSWORD = "quince-marmalade-of-proxy"


class Proxy:
    """Leads every place to one port of this host."""

    def __init__(self, to):
        self.to = to
        self.asked = []  # First lines.
        self.users = []
        self.refuse = None
        owner = self

        class Its(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def note(self):
                owner.asked.append("%s %s" % (self.command, self.path))
                owner.users.append(self.headers.get("Proxy-Authorization"))
                if owner.refuse:
                    self.send_response(owner.refuse)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                return owner.refuse is not None

            def do_CONNECT(self):
                if self.note():
                    return
                with socket.create_connection(("127.0.0.1", owner.to)) as far:
                    self.send_response(200)
                    self.end_headers()
                    near = self.connection
                    while True:
                        for one in select.select([near, far], [], [])[0]:
                            part = one.recv(65536)
                            if not part:
                                self.close_connection = True
                                return
                            (far if one is near else near).sendall(part)

            def do_POST(self):
                if self.note():
                    return
                path = "/" + self.path.split("/", 3)[3]
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                far = http.client.HTTPConnection("127.0.0.1", owner.to, timeout=30)
                far.request(self.command, path, body, dict(self.headers))
                reply = far.getresponse()
                text = reply.read()
                self.send_response(reply.status)
                for name, value in reply.getheaders():
                    if name.lower() not in ("content-length", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
                far.close()

            do_GET = do_DELETE = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Its)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://ann:%s@127.0.0.1:%d" % (PASSWORD, self.server.server_port)


def open_server():
    server = ProtectedServer(AuthorizationServer())
    server.open = True
    return server


def with_tls(node, server, name):
    """A certificate for `name`; the path of whoever trusts it."""
    key, certificate = node.directory + "/key.pem", node.directory + "/cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=" + name, "-addext",
                    "subjectAltName=DNS:" + name], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True, do_handshake_on_connect=False)
    return certificate


def echo(node):
    answer = node.mcp("/mcp/docs", "tools/call", {"name": "echo", "arguments": {"text": "x"}})
    check(answer["result"]["content"][0]["text"] == "x", answer)


def check_clean(node):
    everywhere = [node.log()] + [node.ask("GET", "/api/v1/" + x)[1] for x in ("servers", "events?after=0", "crashes")]
    everywhere.append(node.command("why", "docs")[1])
    for text in everywhere:
        check(PASSWORD not in text, text)
        check(base64.b64encode(("ann:" + PASSWORD).encode()).decode() not in text, text)


def https_goes_through_a_tunnel_and_the_name_is_the_proxys(node):
    server = open_server()
    authority = with_tls(node, server, "docs.test")
    proxy = Proxy(server.server.server_port)
    node.variables = {"HTTPS_PROXY": proxy.url, "HTTP_PROXY": "http://127.0.0.1:1"}
    node.servers["docs"] = {"url": "https://docs.test/mcp", "tls": {"ca": authority}}
    node.start()
    node.wait_for("docs", "ready")
    echo(node)
    check(set(proxy.asked) == {"CONNECT docs.test:443"}, proxy.asked)
    check(set(proxy.users) == {"Basic " + base64.b64encode(("ann:" + PASSWORD).encode()).decode()}, proxy.users)
    check_clean(node)
    node.stop()


def http_names_its_target_whole(node):
    server = open_server()
    proxy = Proxy(server.server.server_port)
    node.variables = {"http_proxy": proxy.url}
    node.servers["docs"] = {"url": "http://10.255.255.254/mcp"}
    node.servers["near"] = {"url": server.url}
    node.start()
    node.wait_for("docs", "ready")
    node.wait_for("near", "ready")
    echo(node)
    check("POST http://10.255.255.254/mcp" in proxy.asked, proxy.asked)
    check(all(" http://10.255.255.254/mcp" in x for x in proxy.asked), proxy.asked)  # None of this host.
    check_clean(node)
    node.stop()


def a_proxy_that_refuses_is_told_as_one_and_some_places_need_none(node):
    server = open_server()
    proxy = Proxy(server.server.server_port)
    proxy.refuse = 407
    node.variables = {"https_proxy": proxy.url, "NO_PROXY": "direct.test,.inner.test"}
    quick = {"backoff": {"min": "50ms", "max": "100ms"}}
    node.servers["docs"] = {"url": "https://docs.test/mcp", **quick}
    node.servers["direct"] = {"url": "https://a.direct.test/mcp", **quick}
    node.servers["own-keys"] = {"url": "https://169.254.169.254/mcp", **quick}
    node.start()
    eventually(lambda: "HTTP 407; check its user and password" in node.row("docs").get("reason", ""), "the refusal")
    eventually(lambda: "its name" in node.row("direct").get("reason", ""), "a name that is looked up here")
    eventually(lambda: "link-local" in node.row("own-keys").get("reason", ""), "an address that is never spoken to")
    check(set(proxy.asked) == {"CONNECT docs.test:443"}, proxy.asked)
    check_clean(node)
    node.stop()


def a_proxy_that_cannot_be_used_is_told_without_its_password(node):
    server = open_server()
    node.variables = {"HTTPS_PROXY": "socks5://ann:%s@127.0.0.1:1" % PASSWORD}
    node.servers["docs"] = {"url": server.url}
    node.start()
    node.wait_for("docs", "ready")
    check("HTTPS_PROXY is no http:// URL" in node.log(), node.log())
    check_clean(node)
    node.stop()


run([https_goes_through_a_tunnel_and_the_name_is_the_proxys, http_names_its_target_whole,
     a_proxy_that_refuses_is_told_as_one_and_some_places_need_none,
     a_proxy_that_cannot_be_used_is_told_without_its_password])
