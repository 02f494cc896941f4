#!/usr/bin/env python3
"""A small MCP server over stdio that needs no package: its tool echo says its version and a text."""
import json
import sys

VERSION = "@VERSION@"


def result_of(method, params):
    if method == "initialize":
        return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}},
                "serverInfo": {"name": "tiny", "version": VERSION}}
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": VERSION + " " + params["arguments"].get("text", "")}]}
    return None


def answer(line):
    """The response to one line; None where it asks for none."""
    message = json.loads(line)
    if "id" not in message:
        return None
    out = {"jsonrpc": "2.0", "id": message["id"]}
    result = result_of(message["method"], message.get("params", {}))
    out["result" if result is not None else "error"] = (
        result if result is not None else {"code": -32601, "message": "unknown"})
    return json.dumps(out)


def main():
    for line in sys.stdin:
        said = answer(line)
        if said is not None:
            print(said, flush=True)


if __name__ == "__main__":
    main()
