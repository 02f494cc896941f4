"""A node as a user starts it, for tests in Python: its own directory, config, state and output. The build
directory stands in TOOLSCORE_BUILD. Nothing but the standard library."""

import glob
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

BUILD = os.environ.get("TOOLSCORE_BUILD", "build/release")
PROGRAM = os.path.abspath(BUILD + "/bin/toolscore")
FAULT_SERVER = os.path.abspath(BUILD + "/fakes/fault_server")
MARKER = "TOOLSCORE_CENSUS"


class Failed(Exception):
    pass


def check(good, what):
    if not good:
        raise Failed(what)


def eventually(question, what, limit=20.0):
    """Asks until it is so; returns the answer."""
    end = time.monotonic() + limit
    while True:
        answer = question()
        if answer:
            return answer
        check(time.monotonic() < end, "never came: " + what)
        time.sleep(0.05)


class OverSocket(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Node:
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="toolscore-e2e-")
        self.state = self.directory + "/state"
        self.config_file = self.directory + "/toolscore.json"
        self.marker = uuid.uuid4().hex
        self.servers = {}
        self.more = {}  # of the configuration, beside "node" and "mcpServers"
        self.node = {}
        self.variables = {}
        self.wrap = []  # words before the program
        self.fault_server = FAULT_SERVER
        self.process = None
        self.sessions = {}

    def environment(self):
        return {"HOME": self.directory, "PATH": os.environ["PATH"], MARKER: self.marker, **self.variables}

    def file(self, name, text, mode=0o600):
        path = self.directory + "/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text)
        os.chmod(path, mode)
        return path

    def start(self):
        servers = {}
        for name, definition in self.servers.items():
            definition = dict(definition)
            if "url" not in definition:
                definition["env"] = {**definition.get("env", {}), MARKER: self.marker}
            servers[name] = definition
        self.file("toolscore.json", json.dumps({
            "node": {"state_dir": self.state, "listen": "127.0.0.1:0", **self.node},
            "mcpServers": servers, **self.more}))
        self.output = open(self.directory + "/node.log", "ab")
        self.process = subprocess.Popen([*self.wrap, PROGRAM, "up", "-c", self.config_file], cwd=self.directory,
                                        env=self.environment(), stdin=subprocess.DEVNULL,
                                        stdout=self.output, stderr=self.output)
        self.sessions = {}
        eventually(lambda: self.ask("GET", "/healthz")[0] == 200 or self.ended(), "the node's start")

    def ended(self):
        if self.process.poll() is not None:
            raise Failed("the node ended with %s: %s" % (self.process.returncode, self.log()))
        return False

    def log(self):
        with open(self.directory + "/node.log", errors="replace") as text:
            return text.read()

    def ask(self, method, target, body=None, headers=None):
        """(status, body) over the owner's socket; status 0 = nobody answers."""
        status, text, _ = self.exchange(method, target, body, headers)
        return status, text

    def exchange(self, method, target, body=None, headers=None):
        connection = OverSocket(self.state + "/node.sock")
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, target, data, {"Content-Type": "application/json", **(headers or {})})
            reply = connection.getresponse()
            return reply.status, reply.read().decode(errors="replace"), reply.headers
        except OSError:
            return 0, "", {}
        finally:
            connection.close()

    def row(self, server):
        status, text = self.ask("GET", "/api/v1/servers/" + server)
        return json.loads(text) if status == 200 else {}

    def wait_for(self, server, status, limit=30.0):
        eventually(lambda: self.row(server).get("process_status", self.row(server).get("status")) == status,
                   "%s %s; it is %s; %s" % (server, status, self.row(server), self.log()[-3000:]), limit)

    def mcp(self, path, method, params=None):
        """One request of a legacy client in a session of its own; the JSON-RPC answer."""
        accept = {"Accept": "application/json, text/event-stream"}
        if path not in self.sessions:
            hello = {"protocolVersion": "2025-06-18", "capabilities": {},
                     "clientInfo": {"name": "test", "version": "1"}}
            status, text, headers = self.exchange(
                "POST", path, {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}, accept)
            check(status == 200, "initialize at %s: %s %s" % (path, status, text))
            self.sessions[path] = headers.get("Mcp-Session-Id")
        accept["Mcp-Session-Id"] = self.sessions[path]
        accept["MCP-Protocol-Version"] = "2025-06-18"
        status, text = self.ask("POST", path, {"jsonrpc": "2.0", "id": 1, "method": method,
                                               "params": params or {}}, accept)
        for line in text.splitlines():
            if line.startswith("data:") and '"id":1' in line.replace(" ", ""):
                text = line[5:]
        return json.loads(text)

    def tools(self, path):
        """By name; where there are none the method may be unknown, too."""
        listed = self.mcp(path, "tools/list").get("result", {}).get("tools", [])
        return {x["name"]: x.get("description", "") for x in listed}

    def command(self, *words, given=None, where=True, variables=None):
        """Runs the program to its end; (exit code, stdout + stderr)."""
        words = [PROGRAM, *words] + (["--state-dir", self.state] if where else [])
        done = subprocess.run(words, cwd=self.directory, env={**self.environment(), **(variables or {})},
                              input=given, stdin=subprocess.DEVNULL if given is None else None,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        return done.returncode, done.stdout.decode(errors="replace")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        check(code == 0, "the node ended with %d: %s" % (code, self.log()[-2000:]))
        eventually(lambda: not self.census(), "an empty census, there is %s" % self.census())

    def kill(self):
        self.process.kill()
        self.process.wait()
        eventually(lambda: not self.census(), "an empty census after SIGKILL")

    def census(self):
        """The processes that carry the marker."""
        found = []
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                with open(path, "rb") as variables:
                    if self.marker.encode() in variables.read():
                        found.append(path.split("/")[2])
            except OSError:
                pass
        return found

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def run(tests):
    """Runs each function with a fresh node, prints how it went, and ends the program."""
    failed = 0
    for test in tests:
        if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
            continue
        node = Node()
        try:
            test(node)
            print("passed", test.__name__, flush=True)
        except Exception as why:  # Whatever it was, the next test runs.
            failed += 1
            print("FAILED %s: %s: %s" % (test.__name__, type(why).__name__, why), flush=True)
        finally:
            node.close()
    sys.exit(1 if failed else 0)
