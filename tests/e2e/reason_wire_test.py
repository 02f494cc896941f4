"""The runtime's own MCP client against an endpoint that answers as it may: in events, with questions of its own, with a
session that it forgets, with arguments that it wants in headers too."""

import http.server
import json
import socket
import threading
import time

from py_node import check, run
from py_reason import check_truth, executions, reason

MARKED = {"name": "add", "inputSchema": {"type": "object", "properties": {
    "a": {"type": "integer", "x-mcp-header": "First"}}}}


class Endpoint:
    """`answer` is given (method, message, headers, how often it was asked) and returns
    (status, headers, body or a list of events)."""

    def __init__(self, answer):
        self.seen, self.lock = [], threading.Lock()
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_DELETE(self):
                with endpoint.lock:
                    endpoint.seen.append(("DELETE", {}, dict(self.headers)))
                self.reply(200, {}, "")

            def do_GET(self):
                with endpoint.lock:
                    endpoint.seen.append(("GET", {}, dict(self.headers)))
                    times = sum(x[0] == "GET" for x in endpoint.seen)
                self.reply(*answer("GET", {}, self.headers, times))

            def do_POST(self):
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with endpoint.lock:
                    endpoint.seen.append((message.get("method"), message, dict(self.headers)))
                    times = sum(x[0] == message.get("method") for x in endpoint.seen)
                if "method" not in message or "id" not in message:
                    return self.reply(202, {}, "")
                self.reply(*answer(message["method"], message, self.headers, times))

            def reply(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if isinstance(body, str):
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body.encode())))
                    self.end_headers()
                    return self.wfile.write(body.encode())
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for event in body:
                    if event == "cut":  # In the middle of the stream.
                        self.wfile.flush()
                        self.close_connection = True
                        return self.connection.shutdown(socket.SHUT_RDWR)
                    name = ""
                    if isinstance(event, tuple):  # With an id.
                        name, event = "id: %s\r\n" % event[0], event[1]
                    data = ("event: message\r\n%sdata: %s\r\n\r\n" % (name, json.dumps(event))).encode()
                    for at in range(0, len(data), 11):  # Cut anywhere.
                        piece = data[at:at + 11]
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, method):
        return [x for x in self.seen if x[0] == method]


def response(message, result):
    return json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result})


def failure(message, code, status=200):
    return status, {}, json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": {"code": code, "message": "no"}})


def text(words):
    return {"content": [{"type": "text", "text": words}]}


def modern(method, message):
    if method == "server/discover":
        return 200, {}, response(message, {"resultType": "complete", "supportedVersions": ["2026-07-28"],
                                           "capabilities": {"tools": {}}})
    return 200, {}, response(message, {"tools": [MARKED]})


ONE = [{"task_id": "t", "description": "d", "calls": [
    {"server": "s", "tool": "add", "arguments": {"a": 7}, "expect": {"text_equals": "fine"}}]}]


def an_answer_in_events_is_read_past_questions_and_news(node):
    def answer(method, message, headers, times):
        if method != "tools/call":
            return modern(method, message)
        return 200, {}, [{"jsonrpc": "2.0", "method": "notifications/message", "params": {}},
                         {"jsonrpc": "2.0", "id": "q", "method": "sampling/createMessage", "params": {}},
                         {"jsonrpc": "2.0", "id": 99999, "result": text("another's")},
                         json.loads(response(message, text("fine")))]
    endpoint = Endpoint(answer)
    code, said, told = reason(node, ONE, at=endpoint.url)
    check(code == 0, said)
    check_truth(told[0])
    replies = [x[1] for x in endpoint.seen if x[0] is None]
    check([x["error"]["code"] for x in replies] == [-32601], "the question is refused: %s" % replies)


def a_stream_that_ends_before_its_answer_fails_the_call(node):
    def answer(method, message, headers, times):
        if method != "tools/call":
            return modern(method, message)
        return 200, {}, [{"jsonrpc": "2.0", "method": "notifications/message", "params": {}}]
    endpoint = Endpoint(answer)
    code, said, told = reason(node, ONE, at=endpoint.url)
    check(code == 1 and executions(told[0])[0]["failure"] == "no_answer", said)
    check(len(endpoint.of("tools/call")) == 1, "a call is made once")
    check_truth(told[0])


def what_is_wanted_in_headers_is_learned_and_sent(node):
    def answer(method, message, headers, times):
        if method != "tools/call":
            return modern(method, message)
        if headers.get("Mcp-Param-First") != "7":
            return failure(message, -32020, 400)
        return 200, {}, response(message, text("fine"))
    endpoint = Endpoint(answer)
    code, said, told = reason(node, ONE, at=endpoint.url)
    check(code == 0 and told[0]["calls"]["total"] == 1, said)
    calls = endpoint.of("tools/call")
    check(len(calls) == 2 and calls[1][2].get("Mcp-Method") == "tools/call", "%s" % calls)


def headers_that_never_suit_are_not_sent_for_ever(node):
    def answer(method, message, headers, times):
        return modern(method, message) if method != "tools/call" else failure(message, -32020, 400)
    endpoint = Endpoint(answer)
    code, said, told = reason(node, ONE, at=endpoint.url)
    check(code == 1 and executions(told[0])[0]["failure"] == "rpc_error", said)
    check(len(endpoint.of("tools/call")) == 2, "two tries")


def legacy(forgets):
    """A server of sessions; the first `forgets` of its calls meet one that it knows no more."""
    def answer(method, message, headers, times):
        if method == "server/discover":
            return failure(message, -32601)
        if method == "initialize":
            return 200, {"Mcp-Session-Id": "session-%d" % times}, response(message, {
                "protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "x", "version": "1"}})
        if method == "tools/list":
            return 200, {}, response(message, {"tools": []})
        if times <= forgets:
            return 404, {}, json.dumps({"error": {"message": "no such session"}})
        return 200, {}, response(message, text("fine"))
    return answer


def a_session_that_is_forgotten_is_opened_again_for_what_was_not_run(node):
    endpoint = Endpoint(legacy(1))
    code, said, told = reason(node, ONE, at=endpoint.url)
    check(code == 0 and told[0]["calls"]["total"] == 1, said)
    calls = endpoint.of("tools/call")
    check(len({x[2]["Mcp-Session-Id"] for x in calls}) == 2, "%s" % calls)
    check(all(x[2]["MCP-Protocol-Version"] == "2025-11-25" for x in calls), "the version is told")
    check(len(endpoint.of("DELETE")) >= 1, "sessions are ended")


NEWS = {"jsonrpc": "2.0", "method": "notifications/message", "params": {}}


def breaking(resumed, first=None):
    """A session's server whose answer to a call breaks off behind its first event; `resumed` is given how often it was
    asked to go on, and the call's message."""
    asked = {}
    before = legacy(0)

    def answer(method, message, headers, times):
        if method == "GET":
            return resumed(times, asked["call"], headers)
        if method != "tools/call":
            return before(method, message, headers, times)
        asked["call"] = message
        return 200, {}, first or [("e-1", NEWS), "cut"]
    return answer


def an_answer_that_breaks_off_is_gone_on_with(node):
    def resumed(times, call, headers):
        if times == 1:  # Further, and no end yet.
            return 200, {}, [("e-2", NEWS), "cut"]
        if times == 2:
            return 503, {}, "{}"
        return 200, {}, [("e-3", json.loads(response(call, text("fine"))))]
    endpoint = Endpoint(breaking(resumed))
    code, said, told = reason(node, ONE, at=endpoint.url)
    check(code == 0 and told[0]["calls"] == {"total": 1, "failed": 0, "failed_as_expected": 0}, said)
    check(len(endpoint.of("tools/call")) == 1, "the call is made once")
    gone_on = endpoint.of("GET")
    check([x[2]["Last-Event-ID"] for x in gone_on] == ["e-1", "e-2", "e-2"], "%s" % gone_on)
    for _, _, headers in gone_on:
        check(headers["Mcp-Session-Id"].startswith("session-") and headers["Accept"] == "text/event-stream"
              and headers["MCP-Protocol-Version"] == "2025-11-25", "%s" % headers)


def an_answer_that_ends_too_early_is_gone_on_with_too(node):
    endpoint = Endpoint(breaking(lambda times, call, _: (200, {}, [json.loads(response(call, text("fine")))]),
                                 [("e-1", NEWS)]))
    code, said, told = reason(node, ONE, at=endpoint.url)
    check(code == 0 and [x[2]["Last-Event-ID"] for x in endpoint.of("GET")] == ["e-1"], said)


def what_cannot_be_gone_on_with_fails_once_and_soon(node):
    refuses = Endpoint(breaking(lambda *_: (405, {}, json.dumps({"error": {"message": "no streams here"}}))))
    code, said, told = reason(node, ONE, at=refuses.url)
    last = executions(told[0])[0]
    check(code == 1 and last["failure"] == "no_answer" and "no streams here" in last["error_details"], "%s" % last)
    check(len(refuses.of("GET")) == 1 and len(refuses.of("tools/call")) == 1, "%s" % refuses.seen)
    check_truth(told[0])
    ends = Endpoint(breaking(lambda *_: (200, {}, ["cut"])))
    code, said, told = reason(node, ONE, at=ends.url)
    check(code == 1 and executions(told[0])[0]["failure"] == "no_answer", said)
    check(len(ends.of("GET")) == 5, "five times without any event: %d" % len(ends.of("GET")))
    # Without an id there is nowhere to go on from.
    none = Endpoint(breaking(lambda *_: (200, {}, []), [NEWS, "cut"]))
    code, said, told = reason(node, ONE, at=none.url)
    check(code == 1 and not none.of("GET"), "%s" % none.seen)
    # All of it within the call's time, and no longer.
    endless = Endpoint(breaking(lambda times, *_: (200, {}, [("e-%d" % (times + 1), NEWS), "cut"])))
    begun = time.monotonic()
    code, said, told = reason(node, ONE, "--call-timeout", "2", at=endless.url)
    check(code == 1 and executions(told[0])[0]["failure"] == "timed_out", said)
    check(time.monotonic() - begun < 10, "its time is bounded")


def a_modern_answer_that_breaks_off_is_lost(node):
    def answer(method, message, headers, times):
        if method != "tools/call":
            return modern(method, message)
        return 200, {}, [("e-1", NEWS), "cut"]
    endpoint = Endpoint(answer)
    code, said, told = reason(node, ONE, at=endpoint.url)
    check(code == 1 and executions(told[0])[0]["failure"] == "no_answer", said)
    check(not endpoint.of("GET"), "%s" % endpoint.seen)


def a_session_that_is_always_forgotten_fails_the_call(node):
    endpoint = Endpoint(legacy(99))
    code, said, told = reason(node, ONE, at=endpoint.url)
    check(code == 1 and executions(told[0])[0]["failure"] == "refused", said)
    check(len(endpoint.of("tools/call")) == 2, "two tries")
    check_truth(told[0])


run([an_answer_in_events_is_read_past_questions_and_news, a_stream_that_ends_before_its_answer_fails_the_call,
     what_is_wanted_in_headers_is_learned_and_sent, headers_that_never_suit_are_not_sent_for_ever,
     a_session_that_is_forgotten_is_opened_again_for_what_was_not_run,
     a_session_that_is_always_forgotten_fails_the_call, an_answer_that_breaks_off_is_gone_on_with,
     an_answer_that_ends_too_early_is_gone_on_with_too, what_cannot_be_gone_on_with_fails_once_and_soon,
     a_modern_answer_that_breaks_off_is_lost])
