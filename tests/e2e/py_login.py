"""What tests of logins share: the person, his browser, and the search for what nobody may see."""

import os
import re
import stat
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "servers"))

from oauth import PLANTED  # noqa: E402
from py_node import PROGRAM, check  # noqa: E402

SECRET = PLANTED + "-client-secret"


def echo(node, text, server="docs"):
    answer = node.mcp("/mcp/" + server, "tools/call", {"name": "echo", "arguments": {"text": text}})
    return answer["result"]["content"][0]["text"] if "result" in answer else answer["error"]["message"]


def visit(url):
    """As a browser does; (status, page)."""
    try:
        with urllib.request.urlopen(url, timeout=30) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def check_clean(node):
    """No token, code or secret anywhere but in <state_dir>/secrets, where nobody else may read."""
    files = 0
    for folder, _, names in os.walk(node.state):
        for name in names:
            path = folder + "/" + name
            mode = os.lstat(path).st_mode
            if stat.S_ISSOCK(mode):
                continue
            if path.startswith(node.state + "/secrets/"):
                check(mode & 0o777 == 0o600 and os.stat(folder).st_mode & 0o777 == 0o700, path + " is open to others")
                continue
            files += 1
            with open(path, "rb") as file:
                check(PLANTED.encode() not in file.read(), path + " holds one")
    check(files > 2, "only %d files were looked at" % files)
    check(PLANTED not in node.log(), "the node's log holds one: " + node.log())
    with open("/proc/%d/cmdline" % node.process.pid) as words:
        check(PLANTED not in words.read(), "its command line holds one")
    for target in ("servers", "servers/docs", "servers/docs/login", "servers/docs/logs", "crashes", "trajectories",
                   "tools", "events?after=0"):
        status, text = node.ask("GET", "/api/v1/" + target)
        check(status == 200 and PLANTED not in text, "%s: %s" % (target, text))
    check(PLANTED not in node.ask("GET", "/metrics")[1], "the metrics")
    for words in (["why", "docs"], ["ps", "--json"], ["events", "--json"], ["trajectories", "--json"]):
        check(PLANTED not in node.command(*words)[1], " ".join(words))


def credentials(authority, **more):
    authority.add_client("node", SECRET)
    return {"type": "client_credentials", "client_id": "node", "client_secret": SECRET, "scope": "mcp:use", **more}


class Login:
    """`toolscore login docs`, as a person runs it."""

    def __init__(self, node, server="docs"):
        self.process = subprocess.Popen([PROGRAM, "login", server, "--state-dir", node.state], cwd=node.directory,
                                        env=node.environment(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.text = ""
        self.url = None
        for line in self.process.stdout:
            self.text += line
            found = re.search(r"https?://\S+", line)
            if found:
                self.url = found.group(0)
                break

    def end(self):
        self.text += self.process.communicate(timeout=60)[0]
        return self.process.returncode, self.text


def log_in(node, authority, **changes):
    login = Login(node)
    check(login.url, login.text)
    status, page = visit(authority.redirect(login.url, **changes))
    return (*login.end(), status, page)
