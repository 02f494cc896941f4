"""Two ways to the same server: its own stdin and stdout, and a URL. Both speak both eras."""
import base64
import json
import queue
import subprocess
import threading
import urllib.error
import urllib.request

MODERN, LEGACY = "2026-07-28", "2025-11-25"
CAPABILITIES = {"sampling": {}, "elicitation": {}, "roots": {}}
CLIENT = {"name": "compare", "version": "1"}
ROUNDS_MAX = 6
ANSWER_SECONDS = 20
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


class Number(str):
    """A number as it was spelled."""


class Members(list):
    """An object's members in their order, each of two that have one name."""


def exact(text):
    """Keeps all of a JSON text but white space and the escapes in its strings."""
    return json.loads(text, object_pairs_hook=Members, parse_int=Number, parse_float=Number)


def member(value, name):
    members = value if isinstance(value, Members) else ()
    return next((x for key, x in members if key == name), None)


def plain(value):
    return json.loads(as_text(value))


def as_text(value):
    if isinstance(value, Members):
        return "{" + ",".join(f"{json.dumps(k)}:{as_text(x)}" for k, x in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(as_text, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value)


def question(method, params):
    """What was asked, without what means nothing to whoever answers."""
    bare = Members(x for x in params if x[0] != "_meta" and x != ("mode", "form"))
    return ("asked", method, as_text(bare))


def answer_to(method, params):
    """What the client's side says to whatever it is asked."""
    if method == "roots/list":
        return {"roots": [{"uri": "file:///home", "name": "home"}]}
    if method == "sampling/createMessage":
        return {"role": "assistant", "content": {"type": "text", "text": "Paris"}, "model": "m",
                "stopReason": "endTurn"}
    samples = {"string": "blue", "integer": 3, "number": 1.5, "boolean": True, "array": []}
    properties = params["requestedSchema"]["properties"]
    return {"action": "accept", "content": {
        name: x.get("default", x.get("enum", [samples[x["type"]]])[0])
        for name, x in properties.items()}}


class Peer:
    """One conversation. `ask` gives what was said on the way to an answer, and the answer."""

    own_meta = json.dumps({"io.modelcontextprotocol/protocolVersion": MODERN,
                           "io.modelcontextprotocol/clientInfo": CLIENT,
                           "io.modelcontextprotocol/clientCapabilities": CAPABILITIES})[1:-1]

    def __init__(self, era):
        self.era = era
        self.last_id = 0

    def ask(self, asked):
        told, more = [], ""
        for _ in range(ROUNDS_MAX):
            self.last_id += 1
            # Both kinds of id, for each must come back as it went.
            request_id = f'"{self.last_id}"' if self.last_id % 2 else str(self.last_id)
            params = self._params(asked, more)
            line = (f'{{"jsonrpc":"2.0","id":{request_id},"method":{json.dumps(asked.method)}'
                    f',"params":{params}}}')
            answer = self.exchange(line, asked.method, exact(params), exact(request_id), told)
            if not isinstance(answer, Members):
                return told, answer
            if member(answer, "id") != exact(request_id):
                return told, f"another id than {request_id}: {as_text(answer)}"
            result = member(answer, "result")
            if member(result, "resultType") != "input_required":
                return told, Members(x for x in answer if x[0] != "id")
            more = self._retry(result, told)
        return told, "asked without an end"

    def _params(self, asked, more):
        own = self.own_meta if self.era == MODERN else ""
        meta = ",".join(filter(None, [asked.meta, own]))
        members = [asked.params, f'"_meta":{{{meta}}}' if meta else "", more]
        return "{" + ",".join(filter(None, members)) + "}"

    def _retry(self, result, told):
        responses = {}
        for key, wanted in member(result, "inputRequests") or []:
            method, params = member(wanted, "method"), member(wanted, "params") or Members()
            told.append(question(method, params))
            responses[key] = answer_to(method, plain(params))
        state = member(result, "requestState")
        kept = "" if state is None else f',"requestState":{json.dumps(state)}'
        return f'"inputResponses":{json.dumps(responses)}{kept}'

    def _hear(self, message, told):
        """@returns our response to a request of the server's"""
        method, params = member(message, "method"), member(message, "params") or Members()
        if member(message, "id") is None:
            if method == "notifications/progress":  # Others belong to no request.
                told.append(("told", method, as_text(params)))
            return None
        told.append(question(method, params))
        result = answer_to(method, plain(params))
        return (f'{{"jsonrpc":"2.0","id":{as_text(member(message, "id"))},'
                f'"result":{json.dumps(result)}}}')

    def opening(self):
        return (f'"protocolVersion":"{LEGACY}","capabilities":{json.dumps(CAPABILITIES)},'
                f'"clientInfo":{json.dumps(CLIENT)}')


class StdioPeer(Peer):
    def __init__(self, words, era):
        super().__init__(era)
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, encoding="utf-8")
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def exchange(self, line, method, params, request_id, told):
        self.send(line)
        while True:
            text = self.lines.get(timeout=ANSWER_SECONDS)
            if not text:
                return "the server has gone"
            message = exact(text)
            if member(message, "method") is None:
                if member(message, "id") == request_id:
                    return message
            elif response := self._hear(message, told):
                self.send(response)

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(ANSWER_SECONDS)
        finally:
            self.process.kill()


def header_value(value):
    """As a header carries it: what is not plain becomes Base64."""
    text = {"true": "true", "false": "false"}.get(str(value).lower(), str(value))
    is_plain = text == text.strip() and all(" " <= x <= "~" for x in text)
    if is_plain and not (text.startswith("=?base64?") and text.endswith("?=")):
        return text
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="


class HttpPeer(Peer):
    def __init__(self, url, era):
        super().__init__(era)
        self.url = url
        self.headers = {"Content-Type": "application/json", "MCP-Protocol-Version": era,
                        "Accept": "application/json, text/event-stream"}

    def send(self, line, more=None):
        request = urllib.request.Request(self.url, line.encode(), {**self.headers, **(more or {})})
        try:
            return urllib.request.urlopen(request, timeout=ANSWER_SECONDS)
        except urllib.error.HTTPError as refused:
            return refused

    def exchange(self, line, method, params, request_id, told):
        with self.send(line, self._mirrored(method, params)) as answer:
            if session := answer.headers.get("Mcp-Session-Id"):
                self.headers["Mcp-Session-Id"] = session
            for text in self._messages(answer):
                message = exact(text)
                if member(message, "method") is None:
                    return message
                if response := self._hear(message, told):
                    self.send(response).close()
        return "the stream ended without an answer"

    @staticmethod
    def _messages(answer):
        if not answer.headers.get("Content-Type", "").startswith("text/event-stream"):
            yield answer.read().decode()
            return
        for line in answer:
            if line.startswith(b"data: ") and line.strip() != b"data:":
                yield line[6:].decode()

    def _mirrored(self, method, params):
        if self.era != MODERN:
            return {}
        headers = {"Mcp-Method": method}
        name = member(params, NAMED.get(method))
        if name is not None:
            headers["Mcp-Name"] = header_value(name)
        if name == "test_x_mcp_header":
            for key, value in member(params, "arguments"):
                if key != "query":
                    headers[f"Mcp-Param-{key.title()}"] = header_value(value)
        return headers

    def close(self):
        pass
