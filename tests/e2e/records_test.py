"""What a node records: listed, counted, exported, verified, replayed; and what a SIGKILL takes from it."""

import json
import sqlite3
import time

from py_blocks import unpacked
from py_node import check, eventually, run

# Its tools end in every way a call can; "count" answers otherwise each time.
SERVER = r'''
import json, os, sys, time
count = 0
for line in sys.stdin:
    x = json.loads(line)
    if "id" not in x:
        continue
    result = error = None
    if x["method"] == "initialize":
        result = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                  "serverInfo": {"name": "t", "version": "1"}}
    elif x["method"] == "tools/list":
        result = {"tools": [{"name": n, "inputSchema": {"type": "object"}}
                            for n in ("good", "tool", "rpc", "die", "late", "count")]}
    elif x["method"] == "ping":
        result = {}
    elif x["method"] == "tools/call":
        name = x["params"]["name"]
        count += 1
        if name == "die":
            os._exit(3)
        if name == "late":
            time.sleep(30)
        if name == "rpc":
            error = {"code": -32050, "message": "it will not"}
        else:
            text = str(count) if name == "count" else json.dumps(x["params"].get("arguments"))
            result = {"content": [{"type": "text", "text": text}], "isError": name == "tool"}
    else:
        error = {"code": -32601, "message": "no"}
    answer = {"jsonrpc": "2.0", "id": x["id"]}
    answer.update({"error": error} if error else {"result": result})
    print(json.dumps(answer), flush=True)
'''

ENDINGS = {"good": "success", "tool": "tool", "rpc": "rpc", "die": "transport", "late": "transport",
           "nothing": "admission"}


def start(node, **more):
    server = node.file("server.py", SERVER)
    node.servers["t"] = {"command": "/usr/bin/env", "args": ["python3", server], "call_timeout": "2s",
                         "tools": {"deny": ["nothing"]}, **more}
    node.start()
    node.wait_for("t", "ready")


def call(node, tool, trajectory="one", **arguments):
    return node.mcp("/mcp/t", "tools/call", {"name": tool, "arguments": arguments,
                                             "_meta": {"toolscore.dev/trajectory": trajectory}})


def lines(node, *words):
    code, text = node.command("trajectories", *words, "--json", "--limit", "10000")
    check(code == 0, "trajectories %s: %s" % (words, text))
    return [json.loads(x) for x in text.splitlines()]


def recorded(node, count):
    eventually(lambda: len(lines(node)) >= count, "%d records" % count)


def exported(node, *words):
    code, text = node.command("trajectories", "export", *words)
    check(code == 0, "export: " + text)
    note = text.splitlines()[-1]
    return [x for x in text.splitlines() if x.startswith("{")], note


def every_kind_of_failure_says_the_same_everywhere(node):
    start(node)
    for tool in ENDINGS:
        call(node, tool)
        node.wait_for("t", "ready")
    recorded(node, len(ENDINGS))
    for tool, ending in ENDINGS.items():
        found = lines(node, "--tool", tool)
        check(len(found) == 1, "%s: %s" % (tool, found))
        record = found[0]
        check(record["success"] == (ending == "success"), "success of %s" % record)
        check(bool(record["failure"]) == (ending != "success"), "failure of %s" % record)
        check(found == lines(node, "--tool", tool, "--outcome", ending), "by outcome, " + tool)
        other = "failed" if ending == "success" else "success"
        check(not lines(node, "--tool", tool, "--outcome", other), "by another outcome, " + tool)
    code, text = node.command("trajectories", "stats", "--json")
    check(code == 0, text)
    for row in json.loads(text)["tools"]:
        ending = ENDINGS[row["tool"]]
        key = "success" if ending == "success" else ending + "_failed"
        check(row["calls"] == 1 and row[key] == 1, "statistics of %s" % row)
    rows, _ = exported(node)
    check([json.loads(x)["success"] for x in rows] == [ENDINGS[json.loads(x)["tool"]] == "success" for x in rows],
          "success in the export")
    code, text = node.command("trajectories", "--outcome", "bad")
    check(code != 0 and "outcome is success" in text, "a bad outcome: " + text)
    node.stop()


def a_planted_lie_is_found(node):
    start(node)
    for _ in range(3):
        call(node, "tool")
    recorded(node, 3)
    code, text = node.command("trajectories", "verify")
    check(code == 0 and "3 records and 0 gaps" in text, "verify: " + text)
    rows, note = exported(node)
    path = node.file("export.ndjson", "\n".join(rows) + "\n")
    code, text = node.command("trajectories", "verify", path)
    check(code == 0 and text.split()[-1] == note.split()[-1], "verify of the file: %s, %s" % (text, note))
    lie = [rows[0], rows[1].replace('"success":false', '"success":true'), rows[2]]
    check(lie[1] != rows[1], "nothing was planted in " + rows[1])
    code, text = node.command("trajectories", "verify", node.file("lie.ndjson", "\n".join(lie) + "\n"))
    check(code == 1 and "line 2" in text, "a lie in the file: " + text)
    node.stop()
    base = sqlite3.connect(node.state + "/toolscore.db")
    (last, text), = base.execute("SELECT last, records FROM record_blocks ORDER BY last DESC LIMIT 1").fetchall()
    text = unpacked(text)
    check(b"\x56" in text, "there is no failed call to change")
    base.execute("UPDATE record_blocks SET records = ? WHERE last = ?", (text.replace(b"\x56", b"\x55", 1), last))
    base.commit()
    base.close()
    code, text = node.command("trajectories", "verify")
    check(code == 1 and "it was changed" in text, "a lie in the store: " + text)


def a_replay_without_a_change_differs_in_nothing(node):
    start(node)
    for tool in ("good", "tool", "rpc"):
        call(node, tool, n=1)
    call(node, "good", token="a-secret-word-of-this-test")
    call(node, "count", "other")
    recorded(node, 5)
    code, text = node.command("trajectories", "replay", "--trajectory", "one")
    check(code == 0 and "3 of 4 calls are as they were, 0 differ, 1 skipped" in text, "replay: " + text)
    check("a secret in its arguments was hidden" in text, text)
    code, text = node.command("trajectories", "replay", "--trajectory", "other")
    check(code == 1 and "/content/0/text" in text and "1 differ" in text, "replay of what changes: " + text)
    rows, _ = exported(node, "--trajectory", "one", "--tool", "rpc")
    path = node.file("one.ndjson", "\n".join(rows) + "\n")
    code, text = node.command("trajectories", "replay", path, "--json")
    check(code == 0 and json.loads(text)["same"] == 1, "replay of a file: " + text)
    code, text = node.command("trajectories", "replay", "--trajectory", "nobody")
    check(code == 1 and "nothing to replay" in text, text)
    # What had no arguments gets none: the tool says which it was given.
    bare = {"name": "good", "_meta": {"toolscore.dev/trajectory": "bare"}}
    said = node.mcp("/mcp/t", "tools/call", bare)["result"]["content"]
    check(said[0]["text"] == "null", "%s" % said)
    recorded(node, 6)
    row, = lines(node, "--trajectory", "bare")
    check(row["arguments"] is None and row["success"], "%s" % row)
    code, text = node.command("trajectories", "replay", "--trajectory", "bare")
    check(code == 0 and "1 of 1 calls are as they were, 0 differ, 0 skipped" in text, text)
    node.stop()


def a_killed_node_loses_its_last_batch_at_most_and_says_so(node):
    start(node)
    for _ in range(20):
        call(node, "good")
    time.sleep(0.3)  # The bound: what ended longer ago is written.
    for _ in range(5):
        call(node, "good", "late ones")
    node.kill()
    node.start()
    node.wait_for("t", "ready")
    call(node, "good", "after")
    eventually(lambda: lines(node, "--trajectory", "after"), "the record behind the gap")
    check(len(lines(node, "--trajectory", "one")) == 20, "what was written is there")
    gaps = [x["gap"] for x in lines(node) if "gap" in x]
    check(len(gaps) == 1 and gaps[0]["count"] is None and "killed" in gaps[0]["reason"], "gaps: %s" % gaps)
    code, text = node.command("trajectories")
    check("some missing" in text, "the list shows the gap: " + text)
    code, text = node.command("trajectories", "verify")
    check(code == 0 and "1 gap," in text, "verify: " + text)
    node.stop()
    node.start()
    node.stop()
    check(len([x for x in exported(node)[0] if '"gap"' in x]) == 1, "an orderly end is no gap")


def an_export_is_imported_elsewhere_and_told_apart(node):
    start(node)
    for tool in ENDINGS:
        call(node, tool)
        node.wait_for("t", "ready")
    call(node, "good", "secret", token="a-secret-word-of-this-test", n=1.50)
    recorded(node, len(ENDINGS) + 1)
    node.kill()
    node.start()  # Which writes a gap.
    node.wait_for("t", "ready")
    call(node, "good", "after")
    recorded(node, len(ENDINGS) + 3)
    rows, _ = exported(node)
    path = node.file("export.ndjson", "\n".join(rows) + "\n")
    code, text = node.command("trajectories", "import", path)
    check(code == 1 and "a node runs on" in text and "stop it" in text, text)
    node.stop()
    own, state = node.state, node.directory + "/other"
    node.state = state
    code, text = node.command("trajectories", "import", path)
    check(code == 0 and "%d records and 1 gap imported" % (len(rows) - 1) in text, text)
    there, _ = exported(node, "--imported")
    check([unmarked(x) for x in there] == [unmarked(x) for x in rows], "%s\n%s" % (there, rows))
    check(all('"imported":true' in x for x in there), "all are marked: %s" % there)
    check(not exported(node)[0], "nothing is the store's own")
    code, text = node.command("trajectories", "verify")
    check(code == 0 and "and 1 gap" in text, text)
    code, text = node.command("trajectories", "stats", "--json")
    check(code == 0 and not json.loads(text)["tools"], "they are in nobody's statistics: " + text)
    code, text = node.command("trajectories", "stats", "--imported", "--json")
    counted = {x["tool"]: x for x in json.loads(text)["tools"]}
    good = [json.loads(x)["success"] for x in rows if '"tool":"good"' in x]
    check(len(good) == 3 and counted["good"]["success"] == sum(good) and counted["tool"]["success"] == 0, text)
    # A node there records behind them, and lists and counts its own alone.
    node.start()
    node.wait_for("t", "ready")
    call(node, "good", "own")
    eventually(lambda: lines(node), "the node's own record")
    check([x["trajectory_id"] for x in lines(node)] == ["own"], "the list is the node's own")
    check(not lines(node, "--trajectory", "after"), "and so it is by trajectory")
    node.stop()
    one, _ = exported(node, "--imported", "--trajectory", "after")
    check(len(one) == 1 and len(exported(node)[0]) == 1, "both are there: %s" % one)
    # Again, out of that store: imported once more, from what was marked already.
    again = node.file("again.ndjson", "\n".join(there) + "\n")
    node.state = node.directory + "/third"
    code, text = node.command("trajectories", "import", again, "--json")
    check(code == 0 and json.loads(text)["records"] == len(rows) - 1, text)
    node.state = own


def unmarked(line):
    """As it was exported, without what another store gives anew."""
    start, end = line.index(",") + 1, line.index(',"hash":')
    return line[start:end].replace(',"imported":true', "")


def planted_lies_are_refused_with_their_line(node):
    start(node)
    for tool in ("good", "tool", "good"):
        call(node, tool)
    recorded(node, 3)
    rows, _ = exported(node)
    plain = ["%s}" % x[:x.index(',"hash":')] for x in rows]
    node.stop()
    node.state = node.directory + "/other"
    lies = [
        (rows, '"success":false', '"success":true', "line 2: it, or the line before it"),
        (plain, '"success":false', '"success":true', '"success" is not what its outcomes say'),
        (plain, '"tool_outcome":"failed"', '"tool_outcome":"ok"', '"success" is not what'),
        (plain, '"failure":"the tool answered with isError"', '"failure":""', "says no failure"),
        (plain, '"isError": true', '"isError": false', "does not say isError"),
        (plain, ',"tool_outcome":"failed"', "", '"tool_outcome" is missing'),
        (plain, '"tool":"tool"', '"tool":"%s"' % ("x" * 70000), "longer than"),
        (plain, '"tool":"tool"', '"tool":"%s"' % ("x" * (1 << 20)), "longer than a record can be"),
        (plain, '"rpc":"ok"', '"rpc":"perhaps"', '"rpc" is neither ok'),
    ]
    for lines_of, old, new, told in lies:
        planted = [x.replace(old, new) if i == 1 else x for i, x in enumerate(lines_of)]
        check(planted != lines_of, "nothing was planted: " + old)
        code, text = node.command("trajectories", "import", node.file("lie.ndjson", "\n".join(planted) + "\n"))
        check(code == 1 and "line 2: " in text and told in text and "nothing was imported" in text, text[:2000])
    check(not exported(node, "--imported")[0], "and the lines before it are not there either")
    code, text = node.command("trajectories", "import", "-", given="\n".join(plain).encode())
    check(code == 0 and "3 records and 0 gaps imported, numbers 1 to 3" in text, text)
    code, text = node.command("trajectories", "import", node.directory + "/nothing")
    check(code == 2 and "cannot open" in text, text)


def records_can_be_switched_off_and_age(node):
    node.node["records"] = {"calls": False}
    start(node)
    call(node, "good")
    node.kill()
    node.start()
    node.stop()
    check(not exported(node)[0], "nothing is recorded, and nothing is missing")
    node.node["records"] = {"keep_for": "1s"}
    node.start()
    node.wait_for("t", "ready")
    call(node, "good", "old")
    recorded(node, 1)
    node.stop()
    time.sleep(1.2)
    node.start()
    node.wait_for("t", "ready")
    call(node, "good", "new")
    eventually(lambda: [x["trajectory_id"] for x in lines(node)] == ["new"], "only the new one is left")
    node.stop()


run([every_kind_of_failure_says_the_same_everywhere, a_planted_lie_is_found,
     a_replay_without_a_change_differs_in_nothing,
     a_killed_node_loses_its_last_batch_at_most_and_says_so,
     an_export_is_imported_elsewhere_and_told_apart, planted_lies_are_refused_with_their_line, records_can_be_switched_off_and_age])
