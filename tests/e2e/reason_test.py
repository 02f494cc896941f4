"""Scripted tasks through a real node, in both eras: what was expected, what was not, and every kind of failure."""

import json
import os
import signal
import socket
import time

from py_node import check, eventually, run
from py_reason import begin, check_truth, end, executions, lines, reason, records, server, url, wait_for_tools


def call(tool, server="s", expect=None, **arguments):
    out = {"server": server, "tool": tool, "arguments": arguments}
    return {**out, "expect": expect} if expect else out


def task(name, *calls, **more):
    return {"task_id": name, "description": "a test", "calls": list(calls), **more}


TASKS = [
    task("plain", call("echo", text="hello", expect={"text_equals": "hello"})),
    task("parallel", {"parallel": [call("add", a=1, b=2, expect={"json": {"/structuredContent/sum": 3}}),
                                   call("add", a=3, b=4, expect={"text_equals": "7"}),
                                   call("fail", expect={"is_error": True})]},
         call("echo", text="${calls.0.text} and ${calls.1.result.structuredContent.sum}",
              expect={"text_equals": "3 and 7"})),
    task("typed", call("add", a=19, b=23),
         call("add", a="${calls.0.result.structuredContent.sum}", b=1, expect={"text_equals": "43"})),
    task("as-expected", call("fail", expect={"is_error": True, "text_contains": "did not work"}),
         call("rpc", expect={"fails_as": "rpc_error"}),
         call("echo", text="it said: ${calls.1.error.message}", expect={"text_equals": "it said: rpc fails"})),
    task("var", call("echo", text="${vars.WHO}", expect={"text_equals": "me"})),
]


def all_is_as_expected(node, era):
    node.servers["s"] = server()
    node.start()
    wait_for_tools(node, "s__echo")
    code, text, told = reason(node, TASKS, "--era", era, "--trajectory", "run", "--set", "WHO=me")
    check(code == 0, text)
    check([x["task_id"] for x in told] == [x["task_id"] for x in TASKS], "a line a task: %s" % told)
    for line in told:
        check(line["success"] is True and line["trajectory_id"] == "run", "%s" % line)
        check("s__echo" in line["available_tools"], "the tools are told: %s" % line["available_tools"])
        check_truth(line)
    by_name = {x["task_id"]: x for x in told}
    check(by_name["as-expected"]["calls"] == {"total": 3, "failed": 2, "failed_as_expected": 2}, text)
    check(by_name["as-expected"]["used_tools"] == {"s.fail": False, "s.rpc": False, "s.echo": True}, text)
    check("failed as expected: s.fail (tool_error), s.rpc (rpc_error)" in text, text)
    check("5 of 5 tasks met what was expected; 11 calls, 8 succeeded, 3 failed (3 of them as expected)" in text, text)
    # The node has recorded the same calls, and the same failures.
    kept = records(node, "run", 11)
    check(len(kept) == 11, "%d records" % len(kept))
    mine = sorted((line["task_id"], x["action"]["tool"], x["execution_status"] == "success")
                  for line in told for x in executions(line))
    theirs = sorted((x["task_id"], x["tool"], x["success"]) for x in kept)
    check(mine == theirs, "%s\n%s" % (mine, theirs))
    node.stop()


def all_is_as_expected_in_the_modern_era(node):
    all_is_as_expected(node, "modern")


def all_is_as_expected_in_the_legacy_era(node):
    all_is_as_expected(node, "legacy")


def the_era_is_found_out(node):
    node.servers["s"] = server()
    node.start()
    code, text, told = reason(node, TASKS[:1])
    check(code == 0 and told[0]["success"], text)
    node.stop()


def fails(node, era, fate, *calls):
    """The same call twice: unexpected it fails the task, expected it does not; the call has failed both times."""
    wanted = [dict(x) for x in calls]
    code, text, told = reason(node, [task("unexpected", *wanted)], "--era", era)
    check(code == 1 and told[0]["success"] is False, "%s: %s" % (fate, text))
    check(told[0]["error_message"] and "NOT MET" in text, text)
    last = executions(told[0])[-1]
    check(last["execution_status"] == "failed" and last["failure"] == fate, "%s: %s" % (fate, last))
    check_truth(told[0])
    wanted[-1]["expect"] = {"fails_as": fate}
    code, text, told = reason(node, [task("expected", *wanted)], "--era", era)
    check(code == 0 and told[0]["success"] is True, "%s: %s" % (fate, text))
    check(executions(told[0])[-1]["execution_status"] == "failed", text)
    check_truth(told[0])


def every_kind_of_failure(node, era):
    quick = {"ping": {"every": "200ms", "timeout": "200ms", "failures": 2}}
    node.servers["s"] = server()
    node.servers["late"] = server(call_timeout="300ms", call_timeout_max="300ms")
    node.servers["mortal"] = server()
    node.servers["frozen"] = server(**quick)
    node.servers["broken"] = {"command": "/bin/false", "queue": {"wait": "300ms"}}
    node.servers["narrow"] = server(queue={"max": 1, "wait": "200ms"})
    node.start()
    node.wait_for("s", "ready")
    fails(node, era, "tool_error", call("fail"))
    fails(node, era, "rpc_error", call("rpc"))
    fails(node, era, "timed_out", call("sleep", "late", seconds=5))
    fails(node, era, "died", call("die", "mortal"))
    fails(node, era, "hung", call("freeze", "frozen"))
    fails(node, era, "refused", call("echo", "broken"))
    fails(node, era, "refused", call("echo", "nobody"))
    full = {"parallel": [call("sleep", "narrow", seconds=1.5) for _ in range(3)]}
    code, text, told = reason(node, [task("full", full)], "--era", era)
    fates = sorted(str(x["failure"]) for x in executions(told[0]))
    check(code == 1 and fates == ["None", "queue_full", "queue_full"], "%s %s" % (fates, text))
    check_truth(told[0])
    # Our own patience, shorter than the node's.
    code, text, told = reason(node, [task("mine", call("sleep", seconds=30))], "--era", era, "--call-timeout", "1")
    check(code == 1 and executions(told[0])[0]["failure"] == "timed_out", text)
    check_truth(told[0])
    node.stop()


def every_kind_of_failure_in_the_modern_era(node):
    every_kind_of_failure(node, "modern")


def every_kind_of_failure_in_the_legacy_era(node):
    every_kind_of_failure(node, "legacy")


def who_is_interrupted_says_so_and_the_call_is_cancelled(node):
    node.servers["s"] = server()
    node.start()
    for era in ("modern", "legacy"):
        at = len(lines(node.directory + "/out.ndjson"))
        one = begin(node, [task("long", call("sleep", seconds=30, expect={"fails_as": "any"})), TASKS[0]],
                    "--era", era, "--trajectory", "stop-" + era)
        eventually(lambda: node.row("s").get("in_flight") == 1, "a call in flight")
        one.send_signal(signal.SIGINT)
        code, text = end(one, 15)
        told = lines(node.directory + "/out.ndjson")[at:]
        check(code == 1 and len(told) == 1, text)
        check(told[0]["success"] is False and told[0]["error_message"] == "it was interrupted", "%s" % told)
        check(executions(told[0])[0]["failure"] == "cancelled", "%s" % told)
        check("1 not begun" in text, text)
        check([x["success"] for x in records(node, "stop-" + era, 1)] == [False], "the record is a failure too")
    node.stop()


def a_node_that_is_killed_fails_the_call(node):
    node.servers["s"] = server()
    node.start()
    one = begin(node, [task("lost", call("sleep", seconds=30))])
    eventually(lambda: node.row("s").get("in_flight") == 1, "a call in flight")
    node.kill()
    code, text = end(one, 20)
    told = lines(node.directory + "/out.ndjson")
    check(code == 1 and executions(told[0])[0]["failure"] == "no_answer", text)
    check(told[0]["success"] is False, text)
    check_truth(told[0])


def behind_what_was_not_expected_nothing_is_called(node):
    node.servers["s"] = server()
    node.start()
    code, text, told = reason(node, [task("stops", call("fail"), call("echo", text="never"))], "--trajectory", "stops")
    check(code == 1 and told[0]["calls"]["total"] == 1, text)
    check(len(records(node, "stops", 1)) == 1, "one record")
    code, text, told = reason(node, [task("no-such", call("echo", text="x"),
                                          call("echo", text="${calls.0.result.nothing}"))])
    check(code == 1 and executions(told[0])[1]["failure"] == "not_made", text)
    check_truth(told[0])
    node.stop()


def bad_words_end_before_anything_is_called(node):
    node.servers["s"] = server()
    node.start()
    good = json.dumps(TASKS[0]) + "\n"
    code, text, told = reason(node, good + '{"task_id": "x"}\n')
    check(code == 2 and "tasks.jsonl:2: \"description\" is missing" in text and not told, text)
    code, text, told = reason(node, [{"task_id": "m", "description": "by a model"}])
    check(code == 2 and "TOOLSCORE_REASON_URL" in text and not told, text)
    code, text, told = reason(node, TASKS[:1], "--era", "ancient")
    check(code == 2 and not told, text)
    code, text, told = reason(node, TASKS[:1], at="ftp://x")
    check(code == 2 and not told, text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, text, told = reason(node, TASKS[:1], at="http://127.0.0.1:%d" % port)
    check(code == 3 and "no node at" in text and not told, text)
    node.stop()


def a_node_that_wants_a_token_gets_it_and_nobody_else_sees_it(node):
    node.servers["s"] = server()
    node.node["mcp_auth"] = "token"
    node.start()
    with open(node.state + "/token") as text:
        token = text.read().strip()
    code, text, told = reason(node, TASKS[:1])
    check(code == 2 and not told, text)
    shown = task("token", call("echo", text=token))  # Even a tool that says it.
    code, text, told = reason(node, [TASKS[0], shown], variables={"TOOLSCORE_TOKEN": token})
    check(code == 0 and len(told) == 2, text)
    check(token not in text and token not in json.dumps(told), "the token is told: " + text)
    check(os.stat(node.directory + "/out.ndjson").st_mode & 0o777 == 0o600, "the file is its owner's")
    node.stop()


run([all_is_as_expected_in_the_modern_era, all_is_as_expected_in_the_legacy_era, the_era_is_found_out,
     every_kind_of_failure_in_the_modern_era, every_kind_of_failure_in_the_legacy_era,
     who_is_interrupted_says_so_and_the_call_is_cancelled, a_node_that_is_killed_fails_the_call,
     behind_what_was_not_expected_nothing_is_called, bad_words_end_before_anything_is_called,
     a_node_that_wants_a_token_gets_it_and_nobody_else_sees_it])
