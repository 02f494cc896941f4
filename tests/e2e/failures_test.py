"""Each way in which a call can fail, from the wire through the runtime's trajectory, the node's record, its export and
its replay: told by the same words everywhere, and nowhere as a success."""

import json
import os
import signal

from py_node import BUILD, check, eventually, run
from py_reason import begin, check_truth, end, executions, lines, reason, records, server

ASKING = {"command": os.path.abspath(BUILD + "/fakes/asking_server"), "args": ["--modern"]}
BROKEN = {"command": "/bin/false", "queue": {"wait": "300ms"}}


class Kind:
    """A call that fails: what the runtime says of it, at which step it failed, and words of the record's failure."""

    def __init__(self, name, fate, step, word, where, tool, same_again=True, **arguments):
        self.name, self.fate, self.step, self.word, self.same_again = name, fate, step, word, same_again
        self.opens = where not in ("nobody", "broken")  # A session of the legacy era.
        self.call = {"server": where, "tool": tool, "arguments": arguments}


KINDS = [
    Kind("is-error", "tool_error", "tool_outcome", "isError", "s", "fail"),
    *[Kind("vague-" + x, "tool_error", "tool_outcome", "isError", "s", "vague_" + x)
      for x in ("text", "number", "zero", "null")],
    Kind("json-rpc", "rpc_error", "rpc", "a JSON-RPC error", "s", "rpc"),
    Kind("late", "timed_out", "transport", "did not answer in time", "late", "sleep", seconds=5),
    Kind("dead", "died", "transport", "killed by signal 9", "mortal", "die"),
    Kind("frozen", "hung", "transport", "hung while the call was in flight: its pings went unanswered", "frozen",
         "freeze"),
    Kind("hidden", "refused", "admission", "does not offer this tool", "s", "odd"),
    Kind("nobody", "refused", "admission", "no server is named", "nobody", "echo"),
    Kind("broken", "refused", "admission", "is not ready", "broken", "echo", same_again=False),
]
STEPS = ["admission", "transport", "rpc", "tool_outcome"]


def start(node):
    node.servers = {
        "s": server(tools={"deny": ["odd*"]}),
        "late": server(call_timeout="300ms", call_timeout_max="300ms"),
        "mortal": server(),
        "frozen": server(ping={"every": "200ms", "timeout": "200ms", "failures": 2}),
        "broken": BROKEN,
        "narrow": server(queue={"max": 1, "wait": "200ms"})}
    node.start()
    node.wait_for("s", "ready")


def check_record(record, kind):
    """It failed where it failed, reached all before that and nothing behind."""
    failed = STEPS.index(kind.step)
    told = [record[x] for x in STEPS]
    check(told == ["ok"] * failed + ["failed"] + ["not_reached"] * (3 - failed), "%s: %s" % (kind.name, record))
    check(record["success"] is False and kind.word in record["failure"], "%s: %s" % (kind.name, record))


def exported(node, *words):
    code, text = node.command("trajectories", "export", *words)
    check(code == 0, text)
    return [json.loads(x) for x in text.splitlines() if x.startswith("{")]


def replayed(node, trajectory):
    code, text = node.command("trajectories", "replay", "--trajectory", trajectory, "--json")
    check(text.startswith("{"), text)
    told = json.loads(text)
    check((code == 0) == (told["differ"] == 0), text)
    return told


def follow(node, kind, trajectory, told):
    """What the runtime said, then record, list by outcome, export and replay."""
    last = executions(told)[-1]
    check(last["failure"] == kind.fate and last["execution_status"] == "failed", "%s: %s" % (kind.name, last))
    check_truth(told)
    record, = records(node, trajectory, 1)
    check_record(record, kind)
    step = kind.step.replace("_outcome", "")
    code, text = node.command("trajectories", "--trajectory", trajectory, "--outcome", step, "--json")
    check(code == 0 and json.loads(text) == record, "%s by outcome: %s" % (kind.name, text))
    row, = exported(node, "--trajectory", trajectory)
    row.pop("hash")
    check(row == record, "%s: exported %s, recorded %s" % (kind.name, row, record))
    again = replayed(node, trajectory)
    check((again["same"], again["differ"]) == ((1, 0) if kind.same_again else (0, 1)),
          "%s replayed: %s" % (kind.name, again))


def every_kind(node, era):
    start(node)
    for kind in KINDS:
        task = {"task_id": kind.name, "description": "a test", "calls": [dict(kind.call)]}
        name = era + "-" + kind.name
        code, text, told = reason(node, [task], "--era", era, "--trajectory", name)
        check(code == 1 and told[0]["success"] is False, "%s: %s" % (kind.name, text))
        recorded = era == "modern" or kind.opens  # Without a session there is no call.
        if recorded:
            follow(node, kind, name, told[0])
        check(executions(told[0])[-1]["failure"] == kind.fate, "%s: %s" % (kind.name, told[0]))
        task["calls"][0]["expect"] = {"fails_as": kind.fate}
        code, text, told = reason(node, [task], "--era", era, "--trajectory", name + "-expected")
        check(code == 0 and told[0]["success"] is True and told[0]["calls"]["failed_as_expected"] == 1,
              "%s: %s" % (kind.name, text))
        if recorded:
            check_record(records(node, name + "-expected", 1)[0], kind)
    code, text = node.command("trajectories", "stats", "--json")
    check(code == 0 and sum(x["success"] for x in json.loads(text)["tools"]) == 0, "no success is counted: " + text)
    node.stop()


def every_kind_in_the_modern_era(node):
    every_kind(node, "modern")


def every_kind_in_the_legacy_era(node):
    every_kind(node, "legacy")


def a_full_queue_is_told_as_one(node):
    start(node)
    full = [{"server": "narrow", "tool": "sleep", "arguments": {"seconds": 1.5}} for _ in range(3)]
    code, text, told = reason(node, [{"task_id": "full", "description": "a test", "calls": [{"parallel": full}]}],
                              "--trajectory", "full")
    check(code == 1, text)
    check_truth(told[0])
    fates = sorted(str(x["failure"]) for x in executions(told[0]))
    check(fates == ["None", "queue_full", "queue_full"], "%s" % fates)
    found = records(node, "full", 3)
    kind = Kind("full", "queue_full", "admission", "has no room for another call", "narrow", "sleep")
    for record in found:
        if not record["success"]:
            check_record(record, kind)
    check(sorted(x["success"] for x in found) == [False, False, True], "%s" % found)
    again = replayed(node, "full")  # One after the other there is room: that is another ending, and is told as one.
    check(again["same"] == 1 and again["differ"] == 2, "%s" % again)
    check("it ended with success, was no answer of its server" in json.dumps(again), "%s" % again)
    node.stop()


def a_cancelled_call_is_told_as_one(node):
    start(node)
    kind = Kind("cancelled", "cancelled", "transport", "cancelled by its caller", "s", "sleep", seconds=2)
    for era in ("modern", "legacy"):
        at = len(lines(node.directory + "/out.ndjson"))
        task = {"task_id": "long", "description": "a test", "calls": [kind.call]}
        one = begin(node, [task], "--era", era, "--trajectory", "cancelled-" + era)
        eventually(lambda: node.row("s").get("in_flight") == 1, "a call in flight")
        one.send_signal(signal.SIGINT)
        code, text = end(one, 15)
        told, = lines(node.directory + "/out.ndjson")[at:]
        check(code == 1 and told["success"] is False and executions(told)[0]["failure"] == "cancelled", text)
        record, = records(node, "cancelled-" + era, 1)
        check_record(record, kind)
        again = replayed(node, "cancelled-" + era)
        check(again["differ"] == 1 and "was no answer of its server" in json.dumps(again), "%s" % again)
    node.stop()


def what_a_killed_gateway_took_is_a_gap_and_no_success(node):
    start(node)
    call = {"server": "s", "tool": "sleep", "arguments": {"seconds": 30}}
    one = begin(node, [{"task_id": "lost", "description": "a test", "calls": [call]}], "--trajectory", "lost")
    eventually(lambda: node.row("s").get("in_flight") == 1, "a call in flight")
    node.kill()
    code, text = end(one, 20)
    told, = lines(node.directory + "/out.ndjson")
    check(code == 1 and told["success"] is False and executions(told)[0]["failure"] == "no_answer", text)
    check_truth(told)
    node.start()
    node.wait_for("s", "ready")
    rows = exported(node)
    check(len(rows) == 1 and rows[0]["gap"]["count"] is None, "%s" % rows)
    path = node.file("lost.ndjson", json.dumps(rows[0]) + "\n")
    code, text = node.command("trajectories", "replay", path)
    check("0 of 1 calls are as they were, 0 differ, 1 skipped" in text, text)
    code, text = node.command("trajectories", "--outcome", "success", "--json")
    check(code == 0 and not text.strip(), "nothing is told as a success: " + text)
    node.stop()


def a_node_that_stops_fails_the_call_and_records_it(node):
    node.servers["s"] = server(stop={"drain": "200ms", "stdin": "200ms", "term": "500ms"})
    node.start()
    node.wait_for("s", "ready")
    call = {"server": "s", "tool": "sleep", "arguments": {"seconds": 30}}
    one = begin(node, [{"task_id": "lost", "description": "a test", "calls": [call]}], "--trajectory", "lost")
    eventually(lambda: node.row("s").get("in_flight") == 1, "a call in flight")
    node.stop()
    code, text = end(one, 20)
    told, = lines(node.directory + "/out.ndjson")
    last, = executions(told)
    check(code == 1 and last["failure"] == "died", "%s" % last)
    row, = exported(node)
    check_record(row, Kind("stopped", "died", "transport", "while the call was in flight", "s", "sleep"))


def a_hung_server_is_told_from_a_dead_one(node):
    start(node)
    ends = {"frozen": ("freeze", "hung"), "mortal": ("die", "killed")}
    for server_name, (tool, ended) in ends.items():
        for path, name in (("/mcp/" + server_name, tool), ("/mcp", server_name + "__" + tool)):
            eventually(lambda: '"%s__%s"' % (server_name, tool) in node.ask("GET", "/api/v1/tools")[1], "its tools")
            trajectory = ended + path.replace("/", "-")
            failure = node.mcp(path, "tools/call", {
                "name": name, "arguments": {}, "_meta": {"toolscore.dev/trajectory": trajectory}})["error"]
            facts = failure["data"]["toolscore"]
            check((facts["code"], facts["ended"], facts["server"]) == ("server_gone", ended, server_name), "%s" % failure)
            check((facts.get("signal") == 9) == (ended == "killed"), "%s" % failure)
            record, = records(node, trajectory, 1)
            check(failure["message"].startswith('server "%s" %s' % (server_name, record["failure"])), "%s" % failure)
            check(record["failure"].startswith("hung ") == (ended == "hung"), "%s" % record)
            check(record["ended"] == ended, "%s" % record)
            row, = exported(node, "--trajectory", trajectory)
            check((row["failure"], row["ended"]) == (record["failure"], ended), "%s" % row)
        word = {"hung": "hung: its pings went unanswered", "killed": "killed by signal 9"}[ended]
        eventually(lambda: word in node.command("why", server_name)[1], "why says %s" % word)
    row, = exported(node, "--trajectory", "hung-mcp-frozen")
    row.pop("hash")
    path = node.file("hung.ndjson", json.dumps({**row, "server": "mortal", "tool": "die"}) + "\n")
    code, text = node.command("trajectories", "replay", path)
    check(code != 0 and "it ended with no answer of its server, was a server that hung" in text, text)
    node.stop()


def a_tool_that_is_nowhere_is_refused_and_recorded(node):
    start(node)
    asked = {"name": "s__nothing", "arguments": {}, "_meta": {"toolscore.dev/trajectory": "joint"}}
    failure = node.mcp("/mcp", "tools/call", asked)["error"]
    check(failure["code"] == -32602 and failure["message"] == "Unknown tool: s__nothing", "%s" % failure)
    check(failure["data"]["toolscore"]["code"] == "tool_denied", "%s" % failure)
    check_record(records(node, "joint", 1)[0], Kind("joint", "refused", "admission", "Unknown tool", "", "s__nothing"))
    again = replayed(node, "joint")
    check((again["same"], again["differ"]) == (1, 0), "it is refused again: %s" % again)
    status, text = node.ask("POST", "/mcp/nope", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "echo", "arguments": {}, "_meta": {"toolscore.dev/trajectory": "nowhere"}}},
        {"Accept": "application/json, text/event-stream"})
    failure = json.loads(text)["error"]
    check(status == 404 and failure["data"]["toolscore"]["code"] == "unknown_server", text)
    record, = records(node, "nowhere", 1)
    check(record["failure"] == failure["message"] and record["server"] == "nope", "%s" % record)
    check_record(record, Kind("nowhere", "refused", "admission", "no server is named", "nope", "echo"))
    row, = exported(node, "--trajectory", "nowhere")
    check(row["failure"] == record["failure"], "%s" % row)
    again = replayed(node, "nowhere")
    check((again["same"], again["differ"]) == (1, 0), "%s" % again)
    node.stop()


def ask_modern(node, trajectory, **more):
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "toolscore.dev/trajectory": trajectory,
            "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}}
    status, text = node.ask(
        "POST", "/mcp/form",
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
         "params": {"name": "ask", "arguments": {"text": "Who"}, "_meta": meta, **more}},
        {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28",
         "Mcp-Method": "tools/call", "Mcp-Name": "ask"})
    check(status == 200, text)
    return json.loads(text)["result"]


def a_call_that_asks_its_client_has_neither_failed_nor_succeeded(node):
    node.servers = {"form": ASKING}
    node.start()
    node.wait_for("form", "ready")
    call = {"server": "form", "tool": "ask", "arguments": {"text": "Who"}}
    task = {"task_id": "ask", "description": "a test", "calls": [call]}
    code, text, told = reason(node, [task], "--era", "modern", "--trajectory", "asked")
    check(code == 1 and told[0]["success"] is False, text)
    check_truth(told[0])
    last, = executions(told[0])
    check(last["failure"] == "needs_input", "%s" % last)
    record, = records(node, "asked", 1)
    check([record[x] for x in STEPS] == ["ok", "ok", "ok", "not_reached"], "%s" % record)
    check(list(last["outcomes"].values()) == [record[x] for x in STEPS], "%s and %s" % (last, record))
    check((record["success"], record["needs_input"], record["failure"]) == (False, True, ""), "%s" % record)
    for outcome, count in (("needs_input", 1), ("failed", 0), ("success", 0), ("tool", 0)):
        code, text = node.command("trajectories", "--outcome", outcome, "--json")
        check(code == 0 and len(text.splitlines()) == count, "%s: %s" % (outcome, text))
    check("needs input" in node.command("trajectories")[1], "the list says it")
    row, = exported(node)
    row.pop("hash")
    check(row == record, "exported %s, recorded %s" % (row, record))
    again = replayed(node, "asked")
    check((again["skipped"], again["differ"]) == (1, 0) and "here nobody answers" in json.dumps(again), "%s" % again)
    asked = ask_modern(node, "told")
    check(asked["resultType"] == "input_required", "%s" % asked)
    said = ask_modern(node, "told", requestState=asked["requestState"],
                      inputResponses={"q": {"action": "accept", "content": {"name": "me"}}})
    check("accept" in said["content"][0]["text"], "%s" % said)
    both = records(node, "told", 2)  # The call with the answer is another record.
    check([x.get("needs_input") for x in both] == [True, None], "%s" % both)
    check([x["success"] for x in both] == [False, True], "%s" % both)
    code, text = node.command("trajectories", "stats", "--json")
    counted, = json.loads(text)["tools"]
    check((counted["calls"], counted["success"], counted["needs_input"]) == (3, 1, 2), text)
    check(sum(x for name, x in counted.items() if name.endswith("_failed")) == 0, text)
    check(node.row("form")["failures"] == 0, "%s" % node.row("form"))
    code, text = node.command("trajectories", "export")
    path = node.file("asked.ndjson", "".join(x + "\n" for x in text.splitlines() if x.startswith("{")))
    node.stop()
    node.state = node.directory + "/other"
    code, text = node.command("trajectories", "import", path)
    check(code == 0 and "3 records and 0 gaps imported" in text, text)
    code, text = node.command("trajectories", "stats", "--imported", "--json")
    check(json.loads(text)["tools"][0]["needs_input"] == 2, text)


run([every_kind_in_the_modern_era, every_kind_in_the_legacy_era, a_full_queue_is_told_as_one,
     a_cancelled_call_is_told_as_one, what_a_killed_gateway_took_is_a_gap_and_no_success,
     a_node_that_stops_fails_the_call_and_records_it, a_hung_server_is_told_from_a_dead_one,
     a_tool_that_is_nowhere_is_refused_and_recorded,
     a_call_that_asks_its_client_has_neither_failed_nor_succeeded])
