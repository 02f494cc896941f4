"""The scripted tasks of `make dev-up` as a test: run through a node, exported, made again against the same servers
without a difference, and with the right ones against a server that answers otherwise."""

import json
import os
import shutil
import subprocess

from py_node import BUILD, check, eventually, run
from py_reason import check_truth, reason, records, server

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLES = SOURCE + "/examples"
OF_NPM = ("NPM_CONFIG_", "NODE_EXTRA_CA_CERTS", "SSL_CERT_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
NPM_CACHE = os.path.abspath(BUILD + "/replay-npm-cache")


def tasks():
    with open(EXAMPLES + "/tasks.jsonl") as text:
        return [json.loads(x) for x in text]


def calls_of(told):
    found = []
    for each in told:
        for step in each["calls"]:
            found += step.get("parallel", [step])
    return found


def definitions(home):
    """Of examples/dev.json, whose comments stand on lines of their own."""
    with open(EXAMPLES + "/dev.json") as text:
        plain = "".join(x for x in text if not x.strip().startswith("//"))
    return json.loads(plain.replace("${TOOLSCORE_DEV}", home))["mcpServers"]


def fixtures(node):
    subprocess.run([EXAMPLES + "/make-fixtures", node.directory + "/fixtures"], check=True, stdout=subprocess.DEVNULL)
    os.makedirs(node.directory + "/data")
    return node.directory + "/fixtures/weather-python"


def change(repository, name, old, new):
    """A commit that makes its server answer otherwise."""
    path = repository + "/" + name
    with open(path) as text:
        before = text.read()
    check(before.count(old) == 1, "%s stands once in %s" % (old, name))
    with open(path, "w") as out:
        out.write(before.replace(old, new))
    subprocess.run(["git", "-C", repository, "-c", "user.name=x", "-c", "user.email=x@localhost", "commit",
                    "--quiet", "--all", "--message", "otherwise"], check=True)


def exported(node, trajectory):
    """A file of the node's records of it, and these."""
    code, text = node.command("trajectories", "export", "--trajectory", trajectory)
    check(code == 0, text)
    rows = [x for x in text.splitlines() if x.startswith("{")]
    return node.file(trajectory + ".ndjson", "\n".join(rows) + "\n"), [json.loads(x) for x in rows]


def replayed(node, *words):
    code, text = node.command("trajectories", "replay", *words, "--json")
    check(code in (0, 1) and text.startswith("{"), text)
    told = json.loads(text)
    check((code == 0) == (told["differ"] == 0), "its exit code says whether there are differences: " + text)
    return told


def run_and_replay(node, told, *words):
    """Runs the tasks; (file of the export, records): a replay of them differs in nothing."""
    count = len(calls_of(told))
    code, text, made = reason(node, told, "--trajectory", "dev", *words)
    check(code == 0 and all(x["success"] for x in made), text)
    for line in made:
        check_truth(line)
    records(node, "dev", count)
    path, rows = exported(node, "dev")
    check(len(rows) == count, "%d records of %d calls" % (len(rows), count))
    failed = sum(x["calls"]["failed"] for x in made)
    check(failed > 0 and sum(not x["success"] for x in rows) == failed, "the same failures: %s" % rows)
    for by in ([path], ["--trajectory", "dev"]):
        again = replayed(node, *by)
        check(again["same"] == count and again["differ"] == 0 and again["skipped"] == 0, "%s: %s" % (by, again))
    return path, rows


def numbers_that(again, key):
    return {x["number"] for x in again["calls"] if x[key]}


def ended(row):
    """Whether its install and start are over: the row."""
    return row if row.get("process_status") in ("ready", "failed", "crash_loop") else None


def no_package(node):
    """Why npm's packages are not to be had here, in one line; None = they are."""
    if not shutil.which("npm"):
        return "there is no npm in PATH; scripts/setup brings one"
    for name in ("everything", "files"):  # What npm fetches for the first time takes its time.
        row = eventually(lambda: ended(node.row(name)), name + " ready, or its verdict", 150)
        if row["process_status"] != "ready":
            return "%s is %s: %s" % (name, row["process_status"], row.get("reason"))
    return None


def dev_ups_tasks_are_replayed_without_a_difference(node):
    """All of it as `make dev-up` has it: two servers from npm, one cloned from git and built."""
    repository = fixtures(node)
    node.servers = definitions(node.directory)
    node.variables = {x: y for x, y in os.environ.items() if x.upper().startswith(OF_NPM)}
    node.variables["NPM_CONFIG_CACHE"] = NPM_CACHE
    node.start()
    why = no_package(node)
    if why:
        print("skipped: " + why)
        return node.stop()
    node.wait_for("weather", "ready", 60)
    path, rows = run_and_replay(node, tasks(), "--set", "DATA=%s/data" % node.directory)
    # The weather is another after an update: that is told of the calls that it concerns, and of no other.
    change(repository, "src/weather_server/forecast.py", "round(30 -", "round(31 -")
    code, text = node.command("update", "weather")
    check(code == 0, text)
    again = replayed(node, path)
    meant = {x["number"] for x in rows if x["server"] == "weather" and x["success"]}
    check(len(meant) == 2 and numbers_that(again, "differences") == meant, "%s: %s" % (meant, again))
    check(again["same"] == len(rows) - 2, "%s" % again)
    node.stop()


PLAIN = [
    {"task_id": "plain", "description": "a test", "calls": [
        {"server": "tools", "tool": "echo", "arguments": {"text": "hello"}},
        {"server": "tools", "tool": "add", "arguments": {"a": 19, "b": 23}},
        {"server": "tools", "tool": "echo", "arguments": {"text": "${calls.1.text}"}, "expect": {"text_equals": "42"}}]},
    {"task_id": "fails", "description": "a test", "calls": [
        {"server": "tools", "tool": "fail", "arguments": {}, "expect": {"is_error": True}},
        {"server": "tools", "tool": "rpc", "arguments": {}, "expect": {"fails_as": "rpc_error"}}]},
]


def tasks_without_a_package_are_replayed_too(node):
    """The same where nothing can be fetched: the task's own servers are Python and a git repository."""
    repository = fixtures(node)
    node.servers = {"tools": server(), "weather": {"path": repository}}
    node.start()
    node.wait_for("weather", "ready", 60)
    weather = [x for x in tasks() if all(y["server"] == "weather" for y in calls_of([x]))]
    check(weather, "examples/tasks.jsonl has a task of the weather alone")
    path, rows = run_and_replay(node, PLAIN + weather)
    # Against another server each call is another, whichever way it ended; and a server that is not there is told.
    node.stop()
    node.servers["tools"] = {**server(), "env": {"TOOLS_ANSWER_OTHERWISE": "1"}}
    node.start()
    node.wait_for("tools", "ready")
    node.wait_for("weather", "ready", 60)
    again = replayed(node, path)
    check(numbers_that(again, "differences") == {x["number"] for x in rows if x["server"] == "tools"}, "%s" % again)
    for each in again["calls"]:
        if each["tool"] == "fail":
            check(each["differences"] == ["it ended with success, was isError"], "%s" % each)
        if each["tool"] == "rpc":
            check(each["differences"] == ["it ended with success, was a JSON-RPC error"], "%s" % each)
    again = replayed(node, path, "--against", "nobody")
    check(again["differ"] == len(rows) and again["same"] == 0, "%s" % again)
    node.stop()


run([dev_ups_tasks_are_replayed_without_a_difference, tasks_without_a_package_are_replayed_too])
