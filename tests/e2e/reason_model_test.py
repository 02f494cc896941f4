"""Tasks that a model solves, through a real node and a chat endpoint that takes nothing but what is right."""

import json
import time

from py_node import check, run
from py_reason import KEY, Chat, check_truth, executions, reason, records, server, told


def adder(messages, _):
    said = told(messages)
    return {"say": "The sum is %s." % said[0]} if said else {"call": [("s__add", '{"a": 19, "b": 23}')]}


def all_at_once(messages, _):
    said = told(messages)
    if said:
        return {"say": " ".join(said)}
    return {"call": [("s__add", '{"a": %d, "b": 1}' % i) for i in range(3)] + [("s__odd_name_with_dots", "")]}


def busy(messages, times):
    if times == 1:
        return {"status": 429, "headers": {"Retry-After": "1"}}
    return {"status": 500} if times == 2 else adder(messages, times)


def breaks_off(messages, times):
    return {**adder(messages, times), "cut": times == 1}


def babbles_once(messages, times):
    return {"raw": "{no json"} if times == 1 else adder(messages, times)


def mends_its_arguments(messages, times):
    said = told(messages)
    if not said:
        return {"call": [("s__add", '{"a": 19, "b":')]}
    return {"call": [("s__add", '{"a": 1, "b": 1}')]} if said[0].startswith("error (not_made)") else {"say": "It is 2."}


def invents_a_function(messages, _):
    return {"say": "done"} if told(messages) else {"call": [("s__launch", "{}")]}


def liar(messages, _):
    return {"say": "All done!"} if told(messages) else {"call": [("s__fail", "{}")]}


MODELS = {
    "adder": adder, "all-at-once": all_at_once, "busy": busy, "breaks-off": breaks_off, "babbles": babbles_once,
    "mends": mends_its_arguments, "invents": invents_a_function, "liar": liar,
    "sayer": lambda messages, times: {"say": "Hello."},
    "endless": lambda messages, times: {"call": [("s__add", "{}")]},
    "slow": lambda messages, times: {"say": "late", "wait": 20},
    "refuses": lambda messages, times: {"status": 401},
    "garbage": lambda messages, times: {"raw": "<html>"},
    "sleeper": lambda messages, times: {"say": "x"} if told(messages) else {"call": [("s__sleep", '{"seconds": 30}')]},
}


class Stage:
    def __init__(self, node):
        self.node = node
        node.servers["s"] = server()
        node.servers["other"] = server()
        node.start()
        node.wait_for("s", "ready")
        self.chat = Chat(MODELS, KEY)

    def play(self, model, *words, key=KEY, **more):
        """(exit code, what was printed, the line)"""
        what = {"task_id": model, "description": "Play your part.", "servers": ["s"], **more}
        code, text, lines = reason(self.node, [what], "--model-url", self.chat.url, "--model", model, "--trajectory",
                                   "by-" + model, *words, variables={"TOOLSCORE_REASON_KEY": key})
        check(len(lines) == 1, text)
        check((code == 0) == (lines[0]["success"] is True), "the exit code is the success: %d %s" % (code, text))
        check_truth(lines[0])
        check(KEY not in text and KEY not in json.dumps(lines), "the key is told: " + text)
        return code, text, lines[0]

    def end(self):
        check(not self.chat.violations, "the endpoint was asked wrongly: %s" % self.chat.violations)
        self.chat.close()
        self.node.stop()


def solves(node, *words):
    stage = Stage(node)
    code, text, line = stage.play("adder", *words, expect={"answer_contains": "42", "uses": "s.add"})
    check(code == 0 and line["final_result"] == "The sum is 42.", text)
    check(line["llm_metrics"] == {"prompt_tokens": 22, "completion_tokens": 14, "total_tokens": 36,
                                  "estimated": False, "interactions": 2, "parse_failures": 0, "cost": None},
          "%s" % line["llm_metrics"])
    check(len(records(node, "by-adder", 1)) == 1, "one record")
    code, text, line = stage.play("all-at-once", *words)
    check(code == 0 and line["final_result"] == "1 2 3 odd", text)
    check(len(line["steps"][0]["tool_executions"]) == 4, "all at once")
    for model in ("breaks-off", "babbles", "busy"):
        begun = time.monotonic()
        code, text, line = stage.play(model, *words)
        check(code == 0 and line["final_result"] == "The sum is 42.", "%s: %s" % (model, text))
        check(len(line["steps"][0]["llm_interaction"]["retries"]) == (2 if model == "busy" else 1), "%s" % line)
        check(model != "busy" or time.monotonic() - begun >= 1, "it waits as it is told")
    code, text, line = stage.play("mends", *words)
    check(code == 0 and [x["failure"] for x in executions(line)] == ["not_made", None], text)
    check("failed on the way: s.add (not_made)" in text, text)
    check(line["llm_metrics"]["parse_failures"] == 1 and line["llm_metrics"]["cost"] is None, "%s" % line)
    parsed, = line["steps"][0]["parsing_stage"]["errors"]
    check(parsed["arguments"] == '{"a": 19, "b":' and parsed["error"] == "the arguments are no JSON object", "%s" % parsed)
    code, text, line = stage.play("adder", *words, "--prices", "3,15,USD")
    cost = {"prompt": 0.000066, "completion": 0.00021, "total": 0.000276, "currency": "USD", "estimated": False}
    check(code == 0 and line["llm_metrics"]["cost"] == cost, "%s" % line["llm_metrics"])
    check(line["steps"][0]["llm_interaction"]["cost"]["total"] == 0.000138, "%s" % line["steps"][0])
    stage.end()


def a_model_solves_tasks_answered_as_a_whole(node):
    solves(node)


def a_model_solves_tasks_answered_as_a_stream(node):
    solves(node, "--stream")


def a_model_solves_tasks_in_the_legacy_era(node):
    stage = Stage(node)
    code, text, line = stage.play("adder", "--era", "legacy", "--stream")
    check(code == 0 and line["final_result"] == "The sum is 42.", text)
    stage.end()


def all_servers_are_offered_where_none_is_named(node):
    stage = Stage(node)
    code, text, line = stage.play("adder", servers=["s", "other"])
    check(code == 0 and "other__add" in line["available_tools"], text)
    what = {"task_id": "joint", "description": "Add.", "expect": {"uses": "s__add"}}
    code, text, lines = reason(node, [what], "--model-url", stage.chat.url, "--model", "adder",
                               variables={"TOOLSCORE_REASON_KEY": KEY})
    check(code == 0 and "other__add" in lines[0]["available_tools"], text)
    check(executions(lines[0])[0]["toolscore_request"]["endpoint"] == "/mcp", text)
    stage.end()


def who_says_done_after_a_failure_has_not_succeeded(node):
    stage = Stage(node)
    code, text, line = stage.play("liar")
    check(code == 1 and line["success"] is False and line["final_result"] == "All done!", text)
    check([x["success"] for x in records(node, "by-liar", 1)] == [False], "the node's record has failed, too")
    code, text, line = stage.play("liar", expect={"answer_contains": "done", "failed_calls": "none_allowed"})
    check(code == 1, text)
    code, text, line = stage.play("invents")
    check(code == 1 and executions(line)[0]["failure"] == "not_made", text)
    stage.end()


def limits_end_a_task(node):
    stage = Stage(node)
    code, text, line = stage.play("endless", limits={"steps": 3})
    check(code == 1 and len(line["steps"]) == 3 and "3 steps are used up" in text, text)
    code, text, line = stage.play("endless", limits={"tokens": 40})
    check(code == 1 and len(line["steps"]) == 3 and "tokens are used up" in text, text)
    for model in ("slow", "sleeper"):
        begun = time.monotonic()
        code, text, line = stage.play(model, limits={"seconds": 2})
        check(code == 1 and time.monotonic() - begun < 15, "%s: %s" % (model, text))
    check(executions(line)[0]["failure"] == "timed_out", text)
    stage.end()


def prices_that_are_none_are_bad_usage(node):
    stage = Stage(node)
    what = [{"task_id": "t", "description": "Play."}]
    code, text, lines = reason(node, what, "--model-url", stage.chat.url, "--model", "adder", "--prices", "3")
    check(code == 2 and "--prices 3 is no IN,OUT" in text and not lines, text)
    stage.end()


def an_endpoint_that_gives_no_answer_fails_the_task(node):
    stage = Stage(node)
    code, text, line = stage.play("refuses")
    check(code == 1 and stage.chat.asked["refuses"] == 1 and "HTTP 401" in text, text)
    code, text, line = stage.play("garbage", limits={"seconds": 3})
    check(code == 1 and stage.chat.asked["garbage"] > 1 and "no chat completion" in text, text)
    check(not stage.chat.violations, "%s" % stage.chat.violations)
    code, text, line = stage.play("adder", key="sk-another-key-0000")
    check(code == 1 and stage.chat.violations == ["the key"], text)
    stage.chat.violations = []
    stage.end()


def a_node_that_has_just_begun_is_waited_for(node):
    node.servers["s"] = {**server(), "env": {"TOOLS_START_AFTER": "1.5"}}
    node.servers["other"] = server()
    node.start()  # Which is told of its endpoint, not of its servers.
    chat = Chat(MODELS, KEY)
    what = {"task_id": "joint", "description": "Add.", "expect": {"uses": "s__add"}}
    words = ["--model-url", chat.url, "--model", "adder"]
    more = {"variables": {"TOOLSCORE_REASON_KEY": KEY}}
    code, text, lines = reason(node, [what, {**what, "task_id": "again"}], *words, **more)
    check(code == 0, text)
    for line in lines:
        check({"s__add", "other__add"} <= set(line["available_tools"]), "%s" % line["available_tools"])
    check(text.count("waiting for the node, 60 s at most: ") == 1, text)
    code, text, lines = reason(node, [what], *words, **more)
    check(code == 0 and "waiting" not in text, "a node that is ready is not waited for: " + text)
    node.stop()
    node.servers = {}
    node.start()
    words[-1] = "sayer"
    code, text, lines = reason(node, [{"task_id": "none", "description": "Say hello."}], *words, **more)
    check(code == 0 and lines[0]["available_tools"] == [], text)
    check("no tools are shown at /mcp after 3 s" in text, text)
    check(not chat.violations, "%s" % chat.violations)
    chat.close()
    node.stop()


run([a_model_solves_tasks_answered_as_a_whole, a_node_that_has_just_begun_is_waited_for, a_model_solves_tasks_answered_as_a_stream,
     a_model_solves_tasks_in_the_legacy_era, all_servers_are_offered_where_none_is_named,
     who_says_done_after_a_failure_has_not_succeeded, limits_end_a_task,
     an_endpoint_that_gives_no_answer_fails_the_task, prices_that_are_none_are_bad_usage])
