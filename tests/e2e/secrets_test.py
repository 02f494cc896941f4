"""Recognisable secrets are given to servers by every way there is; then everything that a node writes, answers
and runs is searched for them."""

import glob
import http.server
import json
import os
import stat
import threading

from py_blocks import blocks_of
from py_node import FAULT_SERVER, check, eventually, run

# None looks like a token, so that only who knows them can hide them.
PLANTED = {
    "file": "quince marmalade of file",
    "cmd": "quince-marmalade-of-cmd",
    "input": "quince-marmalade-of-input",
    "input_file": "quince-marmalade-of-input-file",
    "var": "quince-marmalade-of-variable",
    "clear": "quince-marmalade-in-clear",
    "rest": "quince-marmalade-by-rest",
    "failed": "quince-marmalade-of-a-failure",
}


def seen_in(text):
    return sorted(way for way, secret in PLANTED.items() if secret in text)


def check_clean(text, where):
    check(not seen_in(text), "%s has those of %s" % (where, seen_in(text)))


def read(path):
    with open(path, "rb") as file:
        return file.read().decode(errors="replace")


def teller(own_file):
    """Writes what it was given to a file of its own, to stderr and, as no JSON, to stdout; serves one call and
    exits with 3."""
    every = '"$F_KEY|$C|$I|$J|$API_TOKEN|$MY_PASSWORD"'
    return {"command": "/bin/sh",
            "args": ["-c", "printf %%s %s > %s; echo said: %s >&2; echo said: %s; exec %s --exit-after-calls 1 "
                           "--exit-code 3" % (every, own_file, every, every, FAULT_SERVER)]}


def check_files(node):
    count = 0
    for folder, _, files in os.walk(node.state):
        for name in files:
            path = folder + "/" + name
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                continue
            if path.startswith(node.state + "/secrets/"):
                check(os.stat(path).st_mode & 0o777 == 0o600, path + " is open to others")
                continue
            count += 1
            check_clean(read(path), path)
    check(count > 2, "only %d files were looked at" % count)
    for block in blocks_of(node.state):  # Packed in the file, where words may stand in parts.
        check_clean(block.decode(errors="replace"), "a block of records")
    check_clean(node.log(), "the node's log")


def check_command_lines():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            check_clean(read(path), path)
        except OSError:
            pass  # It is gone.


def check_rest(node):
    targets = ["servers", "crashes", "trajectories?limit=1000", "tools", "events?after=0"]
    for server in ("tells", "added", "fails", "builds"):
        targets += ["servers/" + server] + ["servers/%s/%s" % (server, part)
                                            for part in ("logs?lines=1000", "crashes", "pins")]
    for target in ["/api/v1/" + x for x in targets] + ["/metrics", "/healthz", "/readyz"]:
        status, text = node.ask("GET", target)
        check(status != 0, target + " got no answer")
        check_clean(text, target)


def check_commands(node):
    for words in (["ps"], ["ps", "--json"], ["why", "tells"], ["why", "fails"], ["why", "builds"], ["why", "added"],
                  ["logs", "tells"], ["tools"], ["trajectories", "--json"], ["events"], ["events", "--json"],
                  ["tools", "diff", "tells"]):
        check_clean(node.command(*words)[1], " ".join(words))
    for words in (["check"], ["plan", "tells"], ["plan", "builds", "--json"]):
        code, text = node.command(*words, "-c", node.config_file, where=False)
        check(code == 0, "%s: %s" % (words, text))
        check_clean(text, " ".join(words))


def check_all(node):
    check_files(node)
    check_command_lines()
    check_rest(node)
    check_commands(node)


def plant(node):
    node.file("secret", PLANTED["file"] + "\n")
    node.file("asked", PLANTED["input_file"] + "\n")
    node.file("print", "#!/bin/sh\necho %s\necho more\n" % PLANTED["cmd"], 0o700)
    node.file("print-and-fail", "#!/bin/sh\necho %s\necho %s >&2\nexit 7\n" % ((PLANTED["failed"],) * 2), 0o700)
    at = node.directory
    node.variables = {"TOOLSCORE_INPUT_ASKED": PLANTED["input"], "TOOLSCORE_INPUT_OTHER_FILE": at + "/asked",
                      "PLANTED": PLANTED["var"]}
    node.more = {"inputs": [{"type": "promptString", "id": "asked", "password": True}]}
    node.servers["tells"] = {**teller(at + "/own"), "env": {
        "F_KEY": "${file:%s/secret}" % at, "C": "<${cmd:%s/print}>" % at, "I": "${input:asked}",
        "J": "${input:other}", "API_TOKEN": "${PLANTED}", "MY_PASSWORD": PLANTED["clear"]}}
    node.servers["fails"] = {"command": "/bin/true", "env": {"C": "${cmd:[\"%s/print-and-fail\"]}" % at}}
    node.file("source/server.py", "")
    node.servers["builds"] = {"path": at + "/source", "env": {"NPM_CONFIG_AUTH_TOKEN": "${file:%s/secret}" % at},
                              "build": [["/bin/sh", "-c", "echo \"token $NPM_CONFIG_AUTH_TOKEN\"; exit 4"]]}


def a_secret_reaches_its_server_and_nobody_else(node):
    plant(node)
    node.start()
    node.wait_for("tells", "ready")
    config = {**teller(node.directory + "/own-added"), "env": {"MY_PASSWORD": PLANTED["rest"]}}
    status, text = node.ask("POST", "/api/v1/servers", {"name": "added", "config": config})
    check(status < 300, text)
    node.wait_for("added", "ready")
    node.wait_for("builds", "failed")
    eventually(lambda: "ended with exit 7" in node.row("fails").get("reason", ""), "the failed command is told")
    why = node.row("fails")["reason"]
    check("env.C: ${cmd:%s/print-and-fail}" % node.directory in why, why)
    check("token [redacted]" in node.row("builds")["reason"], node.row("builds"))

    # The control: here they are found, all that were given.
    own = read(node.directory + "/own")
    check(seen_in(own) == ["clear", "cmd", "file", "input", "input_file", "var"], own)
    check("|<quince-marmalade-of-cmd>|" in own, own)  # The first line alone, without its end.
    check(seen_in(read(node.directory + "/own-added")) == ["rest"], "own-added")
    logged = node.ask("GET", "/api/v1/servers/tells/logs")[1]
    check("said: [redacted]|" in logged, logged)
    check_all(node)

    # A call that carries them in its arguments and its result, and the crash behind it.
    every = ",".join(PLANTED[way] for way in PLANTED if way != "failed")
    for server in ("tells", "added"):
        answer = node.mcp("/mcp/" + server, "tools/call", {"name": "echo", "arguments": {"text": every}})
        check(answer["result"]["content"][0]["text"] == every, answer)  # To its caller it goes.
        eventually(lambda: "exited with code 3" in node.ask("GET", "/api/v1/servers/%s/crashes" % server)[1],
                   "the crash of " + server)
    eventually(lambda: "[redacted]" in node.ask("GET", "/api/v1/trajectories")[1], "the record")
    check(any(b"[redacted]" in block for block in blocks_of(node.state)), "no block holds the calls")
    check_all(node)

    # What was added lives on with its secret over the node's end.
    node.kill()
    os.remove(node.directory + "/own-added")
    node.start()
    node.wait_for("added", "ready")
    check(seen_in(read(node.directory + "/own-added")) == ["rest"], "own-added, again")
    check_all(node)
    check(node.ask("DELETE", "/api/v1/servers/added")[0] == 200, "its removal")
    check(not os.path.exists(node.state + "/secrets/added"), "its secrets are left")
    node.stop()
    check_files(node)


def a_server_sees_of_the_nodes_variables_those_of_the_sdks_alone(node):
    node.variables = {"LANG": "C.UTF-8", "TZ": "UTC", "OPENAI_API_KEY": "of-nobody", "TERM": "dumb", "SHELL": "/x",
                      "USER": "ann", "LOGNAME": "ann"}
    node.servers["s"] = {"command": "/bin/sh", "env": {"MINE": "1"},
                         "args": ["-c", "/usr/bin/env > %s/own; exec %s" % (node.directory, FAULT_SERVER)]}
    node.start()
    node.wait_for("s", "ready")
    names = {line.split("=")[0] for line in read(node.directory + "/own").splitlines()}
    names -= {"PWD", "OLDPWD", "SHLVL", "_"}  # The shell's own.
    check(names == {"HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "MINE", "TOOLSCORE_CENSUS"}, names)
    node.stop()


class Remote:
    """A legacy server over HTTP, and the headers it was sent."""

    def __init__(self):
        remote = self
        self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                remote.heard.append(dict(self.headers))
                x = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = {"jsonrpc": "2.0", "id": x.get("id")}
                if x["method"] == "initialize":
                    answer["result"] = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                                        "serverInfo": {"name": "r", "version": "1"}}
                elif x["method"] == "tools/list":
                    answer["result"] = {"tools": []}
                elif x["method"] == "ping":
                    answer["result"] = {}
                else:
                    answer["error"] = {"code": -32601, "message": "not with " + self.headers["Authorization"]}
                text = json.dumps(answer).encode() if "id" in x else b""
                self.send_response(200 if text else 202)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_GET(self):
                self.send_response(405)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_DELETE = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d/mcp" % self.server.server_port


def a_remote_server_hears_its_headers_and_nobody_else_does(node):
    remote = Remote()
    node.file("secret", PLANTED["file"] + "\n")
    node.file("print", "#!/bin/sh\necho %s\n" % PLANTED["cmd"], 0o700)
    node.servers["tells"] = {"url": remote.url, "headers": {
        "Authorization": "Bearer ${cmd:%s/print}" % node.directory, "X-File": "${file:%s/secret}" % node.directory,
        "X-Api-Key": PLANTED["clear"]}}
    node.servers["fails"] = {"url": remote.url, "headers": {"X-A": "${file:%s/nowhere}" % node.directory}}
    node.start()
    node.wait_for("tells", "ready")
    heard = remote.heard[-1]  # The control.
    check(heard["Authorization"] == "Bearer " + PLANTED["cmd"] and heard["X-File"] == PLANTED["file"] and
          heard["X-Api-Key"] == PLANTED["clear"], heard)
    eventually(lambda: "headers.X-A: ${file:%s/nowhere}" % node.directory in node.row("fails").get("reason", ""),
               "why the other has none")
    check_files(node)
    check_command_lines()
    check_rest(node)
    node.stop()
    check_files(node)


def what_is_unset_or_would_be_seen_is_refused_with_its_place(node):
    rows = [({"env": {"A": "${NOT_SET_ANYWHERE}"}}, "mcpServers.s.env.A: ${NOT_SET_ANYWHERE}: the variable "
                                                    "NOT_SET_ANYWHERE is not set"),
            ({"env": {"A": "${input:api-key}"}}, "set the variable TOOLSCORE_INPUT_API_KEY"),
            ({"args": ["--key", "${file:/etc/hostname}"]}, "mcpServers.s.args[1]: ${file:/etc/hostname} is a secret"),
            ({"args": ["${cmd:pass x}"]}, "write it in \"env\" or \"headers\"")]
    for more, told in rows:
        path = node.file("bad.json", json.dumps({"mcpServers": {"s": {"command": "x", **more}}}))
        code, text = node.command("check", path, where=False)
        check(code == 1 and told in text, text)


def a_command_that_hangs_or_floods_is_ended_and_leaves_nobody(node):
    node.servers["floods"] = {"command": "/bin/true", "env": {"A": "${cmd:/usr/bin/yes}"}}
    node.servers["hangs"] = {"command": "/bin/true", "env": {"A": "${cmd:/bin/sh -c 'sleep 600 & sleep 601'}"}}
    node.start()
    eventually(lambda: "printed more than 65536 bytes" in node.row("floods").get("reason", ""), "the flood's end")
    eventually(lambda: "did not end within 10 s" in node.row("hangs").get("reason", ""), "the hang's end", 40)
    node.stop()


run([a_secret_reaches_its_server_and_nobody_else, a_server_sees_of_the_nodes_variables_those_of_the_sdks_alone,
     a_remote_server_hears_its_headers_and_nobody_else_does, what_is_unset_or_would_be_seen_is_refused_with_its_place,
     a_command_that_hangs_or_floods_is_ended_and_leaves_nobody])
