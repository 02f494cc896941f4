#!/usr/bin/env python3
"""An MCP server over WebSocket, of the standard library alone: tiny_ws.py PORT. Some of its tools
misbehave: big (a message of so many bytes), binary, close (with a code and words), drop (no close),
pieces (fragments with a ping between, whose pong is awaited)."""
import base64
import hashlib
import json
import os
import socketserver
import struct
import sys

from tiny import answer

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        headers = self.headers()
        if headers.get("path") != "/mcp" or headers.get("authorization", "none") not in ("none", "Bearer right"):
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        key = headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.wfile.write((f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          f"Sec-WebSocket-Protocol: mcp\r\nSec-WebSocket-Accept: {accept}\r\n\r\n").encode())
        while True:
            kind, payload = self.read()
            if kind is None or kind == CLOSE:
                if kind == CLOSE:
                    self.send(CLOSE, payload[:2])
                return
            if kind == TEXT and not self.take(payload.decode()):
                return

    def headers(self):
        found = {"path": self.rfile.readline().split()[1].decode()}
        while line := self.rfile.readline().strip():
            name, _, value = line.decode().partition(":")
            found[name.lower()] = value.strip()
        return found

    def read(self):
        """One frame; clients do not cut theirs."""
        head = self.rfile.read(2)
        if len(head) < 2:
            return None, b""
        size = head[1] & 0x7F
        if size == 126:
            size = struct.unpack(">H", self.rfile.read(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.rfile.read(8))[0]
        mask = self.rfile.read(4)
        data = self.rfile.read(size)
        pad = (mask * (size // 4 + 1))[:size]
        return head[0] & 0x0F, (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")

    def send(self, kind, payload, last=True):
        size = len(payload)
        head = bytes([(0x80 if last else 0) | kind])
        if size < 126:
            head += bytes([size])
        elif size < 65536:
            head += struct.pack(">BH", 126, size)
        else:
            head += struct.pack(">BQ", 127, size)
        self.wfile.write(head + payload)

    def take(self, text):
        said = answer(text)
        if said is None:
            return True
        message = json.loads(text)
        params = message.get("params", {})
        tool = params.get("name") if message["method"] == "tools/call" else None
        arguments = params.get("arguments", {})
        if tool == "close":
            self.send(CLOSE, struct.pack(">H", 4001) + b"tired\nof it")
            self.read()
            return False
        if tool == "drop":
            return False
        if tool == "exit":
            os._exit(3)
        if tool == "binary":
            self.send(BINARY, said.encode())
        elif tool == "big":
            body = '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"' % json.dumps(message["id"])
            self.send(TEXT, (body + "x" * arguments["bytes"] + '"}]}}').encode())
        elif tool == "pieces":
            whole = json.dumps(json.loads(said), indent=2).encode()
            self.send(TEXT, whole[:7], last=False)
            self.send(PING, b"there?")
            if self.read() != (PONG, b"there?"):
                return False
            self.send(0, whole[7:20], last=False)
            self.send(0, whole[20:])
        else:
            self.send(TEXT, said.encode())
        return True


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()
