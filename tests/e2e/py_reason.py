"""toolscore-reason as a user starts it, beside a node of py_node."""

import json
import os
import subprocess
import sys

from py_node import BUILD, MARKER, Failed, check, eventually

SERVERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "servers/reason")
sys.path.insert(0, SERVERS)
from chat import Chat  # noqa: E402,F401  For the tests of models.

REASON = os.path.abspath(BUILD + "/bin/toolscore-reason")
TOOLS = SERVERS + "/tools.py"
KEY = "sk-test-0123456789abcdef"  # Of the chat endpoint.


def told(messages):
    """What the tools said since the model spoke last."""
    out = []
    for x in reversed(messages):
        if x["role"] != "tool":
            break
        out.insert(0, x["content"])
    return out


def server(**more):
    """A definition of the server with all the tools."""
    return {"command": sys.executable, "args": [TOOLS], **more}


def wait_for_tools(node, tool):
    """A server is ready before its list of tools stands at the joint endpoint."""
    eventually(lambda: '"%s"' % tool in node.ask("GET", "/api/v1/tools")[1], "the tool " + tool)


def url(node):
    with open(node.state + "/address") as text:
        return "http://" + text.read().strip()


def begin(node, tasks, *words, variables=None, at=None):
    """Starts the program; its output is a pipe."""
    path = node.file("tasks.jsonl", tasks if isinstance(tasks, str) else "".join(json.dumps(x) + "\n" for x in tasks))
    command = [REASON, "--url", at or url(node), "--out", node.directory + "/out.ndjson", *words, path]
    environment = {**node.environment(), **(variables or {})}
    del environment[MARKER]  # The census is of the node's processes.
    return subprocess.Popen(command, cwd=node.directory, env=environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def end(process, limit=60):
    """(exit code, what it printed)"""
    try:
        text, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Failed("toolscore-reason did not end: " + process.communicate()[0].decode(errors="replace"))
    return process.returncode, text.decode(errors="replace")


def reason(node, tasks, *words, variables=None, at=None):
    """Runs it to its end; (exit code, what it printed, the lines that it added)."""
    path = node.directory + "/out.ndjson"
    before = len(lines(path))
    code, text = end(begin(node, tasks, *words, variables=variables, at=at))
    return code, text, lines(path)[before:]


def lines(path):
    if not os.path.exists(path):
        return []
    with open(path) as text:
        return [json.loads(x) for x in text]


def executions(line):
    return [x for step in line["steps"] for x in step["tool_executions"]]


def check_truth(line):
    """Of each execution: a success exactly if all four of its outcomes are."""
    for x in executions(line):
        good = all(x["outcomes"][y] == "ok" for y in ("admission", "transport", "rpc", "tool"))
        check((x["execution_status"] == "success") == good, "an execution that lies: %s" % x)
        check((x["failure"] is None) == good and (x["structured_error"] is None) == good, "%s" % x)
    failed = [x for x in executions(line) if x["execution_status"] != "success"]
    check(line["calls"]["failed"] == len(failed), "the failed are counted: %s" % line)


def records(node, trajectory, count):
    """The node's own records of these calls, once there are so many."""
    def all_of_it():
        text = node.ask("GET", "/api/v1/trajectories?limit=1000&trajectory=" + trajectory)[1]
        found = [json.loads(x) for x in text.splitlines() if x]
        return found if len(found) >= count else None
    return eventually(all_of_it, "%d records" % count, 10) if count else []
