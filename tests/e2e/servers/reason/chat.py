"""An OpenAI-compatible chat endpoint whose models are plays. It reads each request as strictly as the real ones do:
what breaks a rule is answered with 400 and kept in `violations`. Nothing but the standard library."""

import http.server
import json
import re
import threading
import time

NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
KEYS = {"model", "messages", "tools", "stream", "stream_options"}


def need(good, what):
    if not good:
        raise ValueError(what)


def check_calls(calls):
    need(isinstance(calls, list) and calls, "tool_calls must be a non-empty array")
    ids = [x.get("id") for x in calls]
    need(all(isinstance(x, str) and x for x in ids), "each tool call has an id")
    need(len(set(ids)) == len(ids), "ids of tool calls are unique")
    for x in calls:
        need(x.get("type") == "function", "a tool call's type is function")
        need(NAME.match(x["function"]["name"]), "a function's name is legal")
        need(isinstance(x["function"]["arguments"], str), "arguments are text")
    return set(ids)


def check_messages(messages):
    need(isinstance(messages, list) and messages, "messages must be a non-empty array")
    open_calls = set()
    for x in messages:
        role = x.get("role")
        if role == "tool":
            need(x.get("tool_call_id") in open_calls, "a tool message answers an open call, once")
            need(isinstance(x.get("content"), str), "a tool message has a text")
            open_calls.discard(x["tool_call_id"])
            continue
        need(not open_calls, "each tool call is answered before anything else is said")
        need(role in ("system", "user", "assistant"), "a message has a role")
        if role == "assistant" and "tool_calls" in x:
            need(x.get("content") is None or isinstance(x["content"], str), "content is text or null")
            open_calls = check_calls(x["tool_calls"])
        else:
            need(isinstance(x.get("content"), str) and x["content"], "a message has a text")
    need(not open_calls, "each tool call is answered")


def check_request(body):
    need(isinstance(body, dict), "a request is an object")
    need(set(body) <= KEYS, "unknown keys: %s" % (set(body) - KEYS))
    need(isinstance(body.get("model"), str), "a model is named")
    check_messages(body.get("messages"))
    if "tools" in body:
        need(isinstance(body["tools"], list) and 0 < len(body["tools"]) <= 128, "1 to 128 tools")
        names = []
        for x in body["tools"]:
            need(x.get("type") == "function", "a tool's type is function")
            need(NAME.match(x["function"]["name"]), "a function's name is legal: %s" % x["function"]["name"])
            need(isinstance(x["function"].get("description", ""), str), "a description is text")
            need(x["function"]["parameters"].get("type") == "object", "parameters are of an object")
            names.append(x["function"]["name"])
        need(len(set(names)) == len(names), "names of functions are unique")
    if body.get("stream"):
        need(body.get("stream_options") == {"include_usage": True}, "usage is asked for")
    else:
        need("stream_options" not in body, "stream_options are for streams")


class Chat:
    """`models` maps a name to a function of (messages, how often it was asked) that returns a play:
    {"say": text}, {"call": [(name, arguments as text), ...]}, {"status": n, "headers": {...}}, {"raw": text},
    {"cut": True} breaks the answer off, {"wait": seconds} before it, {"stall": seconds} in the middle of it;
    {"huge": MiB} is one without sense and nearly without end, {"crumb": n} cuts arguments into pieces of n letters,
    {"finish": word} and {"usage": object} are told instead of the true ones."""

    def __init__(self, models, key):
        self.models, self.key = models, key
        self.violations, self.requests, self.asked = [], [], {}
        self.lock = threading.Lock()
        chat = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                chat.serve(self)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # Clients break connections off, and are meant to.
        self.url = "http://127.0.0.1:%d/v1" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, handler):
        text = handler.rfile.read(int(handler.headers["Content-Length"]))
        try:
            need(handler.path == "/v1/chat/completions", "path " + handler.path)
            need(handler.headers["Content-Type"] == "application/json", "content type")
            need(handler.headers["Authorization"] == "Bearer " + self.key, "the key")
            body = json.loads(text)
            check_request(body)
        except (ValueError, KeyError, TypeError, AttributeError) as why:
            self.violations.append(str(why))
            return self.answer(handler, 400, {"error": {"message": str(why)}})
        with self.lock:
            self.requests.append(body)
            times = self.asked[body["model"]] = self.asked.get(body["model"], 0) + 1
        play = self.models[body["model"]](body["messages"], times)
        time.sleep(play.get("wait", 0))
        try:
            if "huge" in play or "status" in play and "stall" in play:
                self.pour(handler, play, body.get("stream"))
            elif "status" in play:
                self.answer(handler, play["status"], {"error": {"message": "status %d" % play["status"]}},
                            play.get("headers", {}))
            elif body.get("stream"):
                self.stream(handler, play)
            else:
                self.whole(handler, play)
        except OSError:
            pass  # Its client has gone.

    def answer(self, handler, status, value, headers=None, raw=None):
        data = (raw if raw is not None else json.dumps(value)).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        for name, text in (headers or {}).items():
            handler.send_header(name, text)
        handler.end_headers()
        handler.wfile.write(data)

    @staticmethod
    def pour(handler, play, streams):
        """A head, some of what it announces, and either a pause or all the rest."""
        events = streams and play.get("status", 200) == 200
        size = play.get("huge", 1) << 20
        handler.send_response(play.get("status", 200))
        handler.send_header("Content-Type", "text/event-stream" if events else "application/json")
        handler.send_header("Content-Length", str(size))
        handler.end_headers()
        handler.wfile.write(b"data: {" if events else b"{")
        handler.wfile.flush()
        time.sleep(play.get("stall", 0))
        for _ in range(play.get("huge", 0)):
            handler.wfile.write(b" " * (1 << 20))
        handler.close_connection = True

    @staticmethod
    def finish(play):
        return play.get("finish", "tool_calls" if play.get("call") else "stop")

    def calls(self, play):
        return [{"id": "call_%d_%s" % (i, name), "type": "function",
                 "function": {"name": name, "arguments": arguments}}
                for i, (name, arguments) in enumerate(play.get("call", []))]

    def whole(self, handler, play):
        calls = self.calls(play)
        message = {"role": "assistant", "content": play.get("say")}
        if calls:
            message["tool_calls"] = calls
        value = {"id": "x", "object": "chat.completion", "choices": [
            {"index": 0, "message": message, "finish_reason": self.finish(play)}], "usage": play.get("usage", USAGE)}
        text = play.get("raw", json.dumps(value))
        if play.get("cut") or play.get("stall"):
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text[:len(text) // 2].encode())
            handler.wfile.flush()
            time.sleep(play.get("stall", 0))
            handler.close_connection = True
            return
        self.answer(handler, 200, None, raw=text)

    def stream(self, handler, play):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()

        def event(data):
            line = ("data: %s\n\n" % data).encode()
            # In two pieces: an event need not come as one.
            for piece in (line[:7], line[7:]):
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            handler.wfile.flush()

        def delta(value, finish=None):
            event(json.dumps({"object": "chat.completion.chunk", "choices": [
                {"index": 0, "delta": value, "finish_reason": finish}]}))

        if "raw" in play:
            event(play["raw"])
        delta({"role": "assistant", "content": ""})
        for letter in play.get("say") or "":
            delta({"content": letter})
        calls = self.calls(play)
        for i, x in enumerate(calls):
            name = x["function"]["name"]
            delta({"tool_calls": [{**x, "index": i, "function": {"name": name, "arguments": ""}}]})
        time.sleep(play.get("stall", 0))
        if play.get("cut"):
            handler.close_connection = True
            return handler.connection.close()
        crumb = play.get("crumb", 3)
        longest = max([len(x["function"]["arguments"]) for x in calls] or [0])
        for at in range(0, longest, crumb):  # Those of all calls in turns.
            for i, x in enumerate(calls):
                piece = x["function"]["arguments"][at:at + crumb]
                if piece:
                    delta({"tool_calls": [{"index": i, "function": {"arguments": piece}}]})
        delta({}, self.finish(play))
        event(json.dumps({"choices": [], "usage": play.get("usage", USAGE)}))
        event("[DONE]")
        handler.wfile.write(b"0\r\n\r\n")
