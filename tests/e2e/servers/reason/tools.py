"""An MCP server on stdio whose tools fail in every way that a call can. Nothing but the standard library."""

import json
import os
import signal
import sys
import threading
import time

TOOLS = ["echo", "add", "fail", "rpc", "die", "freeze", "sleep", "odd name/with.dots", "vague_text",
         "vague_number", "vague_zero", "vague_null"]
writing = threading.Lock()


def say(message):
    with writing:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        sys.stdout.flush()


def text(words, is_error=False):
    return {"content": [{"type": "text", "text": words}], "isError": is_error}


# What is no boolean, and so says nothing.
VAGUE = {"vague_text": "yes", "vague_number": 1, "vague_zero": 0, "vague_null": None}


def call(number, name, arguments):
    if "TOOLS_ANSWER_OTHERWISE" in os.environ:  # As an update that broke it.
        return say({"id": number, "result": text("something else")})
    if name == "echo":
        return say({"id": number, "result": text(arguments.get("text", "nothing"))})
    if name == "add":
        total = arguments.get("a", 0) + arguments.get("b", 0)
        return say({"id": number, "result": {**text(str(total)), "structuredContent": {"sum": total}}})
    if name == "fail":
        return say({"id": number, "result": text("it did not work", True)})
    if name in VAGUE:
        return say({"id": number, "result": text("perhaps", VAGUE[name])})
    if name == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "freeze":
        os.kill(os.getpid(), signal.SIGSTOP)  # Alive, and silent: pings are not answered either.
        time.sleep(600)  # Whoever wakes it to end it gets no answer.
    if name == "sleep":
        time.sleep(arguments.get("seconds", 1))
        return say({"id": number, "result": text("slept")})
    if name == "odd name/with.dots":
        return say({"id": number, "result": text("odd")})
    say({"id": number, "error": {"code": -32000, "message": "rpc fails"}})


def main():
    time.sleep(float(os.environ.get("TOOLS_START_AFTER", "0")))
    for line in sys.stdin:
        message = json.loads(line)
        number, method = message.get("id"), message.get("method")
        if number is None or method is None:
            continue
        if method == "initialize":
            say({"id": number, "result": {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                                          "serverInfo": {"name": "tools", "version": "1"}}})
        elif method == "tools/list":
            say({"id": number, "result": {"tools": [
                {"name": x, "description": x, "inputSchema": {"type": "object"}} for x in TOOLS]}})
        elif method == "ping":
            say({"id": number, "result": {}})
        elif method == "tools/call":
            params = message["params"]
            what = (number, params["name"], params.get("arguments") or {})
            threading.Thread(target=call, args=what, daemon=True).start()
        else:
            say({"id": number, "error": {"code": -32601, "message": "no " + method}})


main()
