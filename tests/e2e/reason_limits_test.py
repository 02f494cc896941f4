"""Chat endpoints at their worst: answers that stop in the middle, come in crumbs, never come, never end or say that it is
too much. Each ends the task in its time, with words that say what was wrong, and is nowhere told as a success."""

import json
import time

from py_node import check, run
from py_reason import KEY, Chat, check_truth, executions, reason, records, server, told


def then_done(play):
    """Has these calls made, and says that it is done whatever they came to."""
    return lambda messages, times: {"say": "All done!"} if told(messages) else play


ADD = ("s__add", '{"a": 19, "b": 23}')
LONG = ("s__echo", json.dumps({"text": "ä\"\\\n" * 300}))
MODELS = {
    "cut": lambda messages, times: {"say": "Hello, world.", "cut": True},
    "cut-call": lambda messages, times: {"call": [ADD], "cut": True},
    "crumbs": then_done({"call": [ADD, LONG], "crumb": 1}),
    "half-call": then_done({"call": [("s__add", "")], "finish": "length"}),
    "half-word": lambda messages, times: {"say": "The sum is", "finish": "length"},
    "promises": lambda messages, times: {"say": "I call add now.", "finish": "tool_calls"},
    "no-array": lambda messages, times: {"raw": json.dumps({"choices": [
        {"message": {"content": "x", "tool_calls": {"name": "s__add"}}, "delta": {"tool_calls": {"name": "s__add"}},
         "finish_reason": "stop"}]})},
    "one-fails": then_done({"call": [ADD, ("s__fail", "{}"), ("s__rpc", "{}")]}),
    "patient": lambda messages, times: {"status": 429, "headers": {"Retry-After": "3600"}},
    "dated": lambda messages, times: {"status": 429, "headers": {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}}
    if times == 1 else {"say": "Now."},
    "never": lambda messages, times: {"status": 429},
    "silent": lambda messages, times: {"say": "late", "wait": 20},
    "stalls": lambda messages, times: {"say": "Hello, world.", "stall": 20},
    "huge": lambda messages, times: {"huge": 80},
    "huge-refusal": lambda messages, times: {"huge": 80, "status": 403},
    "stalled-refusal": lambda messages, times: {"stall": 20, "status": 401},
    "free": lambda messages, times: {"call": [ADD], "usage": {"prompt_tokens": 0, "completion_tokens": 0,
                                                              "total_tokens": 0}},
    "sleepers": lambda messages, times: {"call": [("s__sleep", '{"seconds": 30}')] * 12},
}


class Stage:
    def __init__(self, node):
        self.node = node
        node.servers["s"] = server()
        node.start()
        node.wait_for("s", "ready")
        self.chat = Chat(MODELS, KEY)

    def play(self, model, *words, within=15, **more):
        """(what was printed, the line); in both ways of an answer's coming it is told alike."""
        out = None
        for way in ([], ["--stream"]):
            what = {"task_id": model, "description": "Play your part.", "servers": ["s"], **more}
            begun = time.monotonic()
            self.chat.asked[model] = 0
            code, text, lines = reason(self.node, [what], "--model-url", self.chat.url, "--model", model, "--trajectory",
                                       "by-" + model + "".join(way), *way, *words,
                                       variables={"TOOLSCORE_REASON_KEY": KEY})
            took = time.monotonic() - begun
            check(took < within, "%s took %.1f s: %s" % (model, took, text))
            check(len(lines) == 1 and (code == 0) == (lines[0]["success"] is True), "%d %s" % (code, text))
            line = lines[0]
            check_truth(line)
            check(line["success"] == (line["error_message"] is None), "%s" % line)
            check(KEY not in text and KEY not in json.dumps(line), "the key is told: " + text)
            made = [x for x in executions(line) if x["outcomes"]["admission"] == "ok"]
            found = records(self.node, line["trajectory_id"], len(made))
            check(sorted(x["success"] for x in found) == sorted(x["execution_status"] == "success" for x in made),
                  "%s: told %s, recorded %s" % (model, made, found))
            out = (text, line)
            yield out

    def fails(self, model, word, *words, **more):
        for text, line in self.play(model, *words, **more):
            check(line["success"] is False and word in line["error_message"], "%s: %s" % (model, text))
        return line

    def end(self):
        check(not self.chat.violations, "the endpoint was asked wrongly: %s" % self.chat.violations)
        self.chat.close()
        self.node.stop()


def an_answer_that_stops_in_the_middle_is_none(node):
    stage = Stage(node)
    for model in ("cut", "cut-call"):
        line = stage.fails(model, "the model's endpoint gave no answer", limits={"seconds": 3})
        check(executions(line) == [] and line["final_result"] == "", "nothing was done: %s" % line)
        check(len(line["steps"][0]["llm_interaction"]["retries"]) >= 1, "%s" % line)
    for model in ("half-call", "half-word"):
        line = stage.fails(model, "the model's answer was cut off (length)")
        check(executions(line) == [], "no call was made: %s" % line)
    stage.fails("promises", "ends for a call (tool_calls) and names none")
    stage.fails("no-array", "the model's endpoint gave no answer", limits={"seconds": 2})
    stage.end()


def arguments_in_crumbs_are_put_together(node):
    stage = Stage(node)
    for text, line in stage.play("crumbs"):
        check(line["success"] is True, text)
        add, echo = executions(line)
        check(add["action"]["input"] == {"a": 19, "b": 23}, "%s" % add)
        check(echo["formatted_result_for_llm"] == "ä\"\\\n" * 300, "%s" % echo)
    stage.end()


def of_parallel_calls_each_is_told_as_what_it_is(node):
    stage = Stage(node)
    for text, line in stage.play("one-fails"):
        check(line["success"] is False and line["final_result"] == "All done!", text)
        check([x["failure"] for x in executions(line)] == [None, "tool_error", "rpc_error"], text)
        check(line["used_tools"] == {"s.add": True, "s.fail": False, "s.rpc": False}, text)
    stage.end()


def who_is_told_to_wait_waits_or_says_why_not(node):
    stage = Stage(node)
    stage.fails("patient", "it says to wait 3600 s, and the task has", limits={"seconds": 30})
    check(stage.chat.asked["patient"] == 1, "it is asked once")
    for text, line in stage.play("dated"):
        check(line["success"] is True and len(line["steps"][0]["llm_interaction"]["retries"]) == 1, text)
    line = stage.fails("never", "HTTP 429", limits={"seconds": 3})
    check(len(line["steps"][0]["llm_interaction"]["retries"]) == 2, "0.5 s, 1 s, and no 2 s: %s" % line)
    stage.end()


def an_endpoint_that_hangs_costs_the_tasks_time_and_no_more(node):
    stage = Stage(node)
    for model in ("silent", "stalls"):
        stage.fails(model, "no answer within", limits={"seconds": 2}, within=8)
    stage.fails("stalled-refusal", "HTTP 401", limits={"seconds": 60}, within=12)
    check(stage.chat.asked["stalled-refusal"] == 1, "who is refused does not ask again")
    line = stage.fails("sleepers", "its time of 2000 ms is over", limits={"seconds": 2}, within=12)
    fates = sorted(x["failure"] for x in executions(line))
    check(fates == ["not_made"] * 4 + ["timed_out"] * 8, "whose turn comes too late is not made: %s" % fates)
    stage.end()


def an_answer_without_an_end_is_over_its_limit(node):
    stage = Stage(node)
    for text, line in stage.play("huge", limits={"seconds": 8}, within=30):
        check(line["success"] is False and executions(line) == [], text)
        # Its last words are those of the last try, for which there may have been no time.
        check("over its limit" in line["steps"][0]["llm_interaction"]["retries"][0], "%s" % line)
    stage.fails("huge-refusal", "HTTP 403", within=10)
    check(stage.chat.asked["huge-refusal"] == 1, "who is refused does not ask again")
    stage.end()


def tokens_that_are_told_as_none_count_all_the_same(node):
    stage = Stage(node)
    line = stage.fails("free", "tokens are used up", limits={"tokens": 2000})
    check(line["llm_metrics"]["estimated"] is True and len(line["steps"]) < 20, "%s" % line["llm_metrics"])
    stage.end()


run([an_answer_that_stops_in_the_middle_is_none, arguments_in_crumbs_are_put_together,
     of_parallel_calls_each_is_told_as_what_it_is, who_is_told_to_wait_waits_or_says_why_not,
     an_endpoint_that_hangs_costs_the_tasks_time_and_no_more, an_answer_without_an_end_is_over_its_limit,
     tokens_that_are_told_as_none_count_all_the_same])
