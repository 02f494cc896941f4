"""The wire: JSON-RPC lines on stdin and stdout, logs on stderr. Standard library only."""

import json
import sys

from .forecast import UnknownCity, compare, forecast

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
SERVER_INFO = {"name": "weather-server", "version": "1.2.0"}
TOOLS = [
    {
        "name": "forecast",
        "description": "Tells tomorrow's weather in one city.",
        "inputSchema": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "compare",
        "description": "Orders cities from the warmest to the coldest.",
        "inputSchema": {
            "type": "object",
            "properties": {"cities": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
            "required": ["cities"],
        },
        "annotations": {"readOnlyHint": True},
    },
]


class RpcError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def initialize(params):
    asked = params.get("protocolVersion")
    return {
        "protocolVersion": asked if asked in VERSIONS else VERSIONS[-1],
        "capabilities": {"tools": {}},
        "serverInfo": SERVER_INFO,
    }


def call_tool(params):
    arguments = params.get("arguments") or {}
    if not isinstance(arguments, dict):
        raise RpcError(-32602, "arguments must be an object")
    name = params.get("name")
    try:
        if name == "forecast":
            city = arguments.get("city")
            if not isinstance(city, str):
                raise RpcError(-32602, "city must be a string")
            value = forecast(city)
        elif name == "compare":
            cities = arguments.get("cities")
            if not isinstance(cities, list) or not cities or not all(isinstance(c, str) for c in cities):
                raise RpcError(-32602, "cities must be a list of at least one string")
            value = compare(cities)
        else:
            raise RpcError(-32602, f"unknown tool: {name}")
    except UnknownCity as problem:
        return {"content": [{"type": "text", "text": str(problem)}], "isError": True}
    return {"content": [{"type": "text", "text": json.dumps(value)}], "isError": False}


METHODS = {
    "initialize": initialize,
    "ping": lambda params: {},
    "tools/list": lambda params: {"tools": TOOLS},
    "tools/call": call_tool,
}


def answer(message):
    """The response to one message; None for a notification."""
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "not a request"}}
    if "id" not in message:
        return None
    response = {"jsonrpc": "2.0", "id": message["id"]}
    try:
        method = METHODS.get(message["method"])
        if method is None:
            raise RpcError(-32601, f"unknown method: {message['method']}")
        params = message.get("params") or {}
        if not isinstance(params, dict):
            raise RpcError(-32602, "params must be an object")
        response["result"] = method(params)
    except RpcError as problem:
        response["error"] = {"code": problem.code, "message": str(problem)}
    return response


def main():
    print("weather-server ready", file=sys.stderr, flush=True)
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            response = answer(json.loads(line))
        except ValueError as problem:
            response = {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": str(problem)}}
        if response is not None:
            sys.stdout.write(json.dumps(response) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
