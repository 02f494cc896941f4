"""What brings archives and directories, by itself: sums, what is left out, and where a redirection may lead."""

import hashlib
import http.server
import os
import ssl
import subprocess
import tarfile
import threading

from py_node import BUILD, check, run

FETCH = os.path.abspath(BUILD + "/libexec/toolscore/toolscore-fetch")


class Site:
    """Serves one archive at "/x.tar.gz"; every other path leads on to what `leads` says."""

    def __init__(self, archive, context=None):
        site = self
        self.leads = {}
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append(self.path)
                good = self.path == "/x.tar.gz"
                self.send_response(200 if good else 302)
                if not good:
                    self.send_header("Location", site.leads[self.path])
                self.send_header("Content-Length", str(len(archive) if good else 0))
                self.end_headers()
                if good:
                    self.wfile.write(archive)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda *_: None  # Whoever does not trust it hangs up.
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = "%s://127.0.0.1:%d" % ("https" if context else "http", server.server_port)


def archive_of(node):
    """(path, bytes) of an archive with one file."""
    node.file("project/run.sh", "echo\n")
    path = node.directory + "/x.tar.gz"
    with tarfile.open(path, "w:gz") as out:
        out.add(node.directory + "/project", "project")
    with open(path, "rb") as text:
        return path, text.read()


def fetch(node, *words, variables=None):
    """(exit code, all it said, whether the file came)"""
    fetch.count = getattr(fetch, "count", 0) + 1
    target = "%s/to-%d" % (node.directory, fetch.count)
    done = subprocess.run([FETCH, *words, "--dir", target], env={**node.environment(), **(variables or {})},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout.decode(), os.path.exists(target + "/run.sh")


def an_archive_has_the_sum_that_is_written_or_is_not_unpacked(node):
    path, text = archive_of(node)
    good = hashlib.sha256(text).hexdigest()
    check(fetch(node, "--archive", path, "--sha256", good) == (0, "sha256 %s\n" % good, True), "the right one")
    code, said, came = fetch(node, "--archive", path, "--sha256", "0" * 64)
    check(code == 4 and good in said and not came, (code, said))


def a_redirection_leads_no_way_down(node):
    path, text = archive_of(node)
    plain = Site(text)
    plain.leads = {"/moved": "/x.tar.gz", "/file": "file://" + path, "/round": "/round", "/ftp": "ftp://127.0.0.1/x.tar.gz"}
    code, said, came = fetch(node, "--archive", plain.url + "/moved")
    check(code == 0 and came, said)
    for where in ("/file", "/ftp", "/round"):
        code, said, came = fetch(node, "--archive", plain.url + where)
        check(code == 3 and not came, (where, code, said))
    check(plain.asked.count("/round") == 6, plain.asked)  # Five are followed.
    # What begins in TLS does not end in clear.
    key, certificate = node.directory + "/key.pem", node.directory + "/cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=x", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    secure = Site(text, context)
    secure.leads = {"/moved": "/x.tar.gz", "/down": plain.url + "/x.tar.gz"}
    trusts = {"SSL_CERT_FILE": certificate}
    code, said, came = fetch(node, "--archive", secure.url + "/moved", variables=trusts)
    check(code == 0 and came, said)
    asked = len(plain.asked)
    code, said, came = fetch(node, "--archive", secure.url + "/down", variables=trusts)
    check(code == 3 and not came and len(plain.asked) == asked, (code, said))
    code, said, came = fetch(node, "--archive", secure.url + "/x.tar.gz")
    check(code == 3 and not came, "nobody vouches for it: " + said)


def a_directory_comes_without_what_its_tools_keep_there(node):
    node.file("source/run.sh", "echo\n")
    for name in (".git/HEAD", "node_modules/x/index.js", "a/.venv/bin/python"):
        node.file("source/" + name, "x")
    code, said, came = fetch(node, "--copy", node.directory + "/source")
    check(code == 0 and came, said)
    copied = sorted(os.listdir("%s/to-%d" % (node.directory, fetch.count)))
    check(copied == ["a", "run.sh"], copied)


run([an_archive_has_the_sum_that_is_written_or_is_not_unpacked, a_redirection_leads_no_way_down,
     a_directory_comes_without_what_its_tools_keep_there])
