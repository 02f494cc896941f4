"""A name server that is silent: the system's resolver waits for it, and nobody else does. Needs root, for a
/etc/resolv.conf of its own and port 53."""

import os
import socket
import sys
import time

from py_node import check, eventually, run


class Silence:
    """Hears questions and answers none."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.77.7.7", 53))
        self.socket.setblocking(False)
        self.asked = 0

    def was_asked(self):
        try:
            while True:
                self.socket.recv(4096)
                self.asked += 1
        except BlockingIOError:
            return self.asked > 0


def a_silent_name_server_holds_up_neither_others_nor_the_end(node):
    silence = Silence()
    resolver = node.file("resolv.conf", "nameserver 127.77.7.7\noptions timeout:30 attempts:5\n", 0o644)
    node.wrap = ["unshare", "-m", "--propagation", "private", "/bin/sh", "-c",
                 "mount --bind %s /etc/resolv.conf && exec \"$@\"" % resolver, "sh"]
    for number in range(6):  # More than are asked for at once.
        node.servers["silent-%d" % number] = {"url": "https://silent-%d.example/mcp" % number,
                                              "backoff": {"min": "50ms", "max": "100ms"}}
    node.servers["fs"] = {"command": node.fault_server}
    node.start()
    node.wait_for("fs", "ready", 10)
    eventually(silence.was_asked, "a question")
    answer = node.mcp("/mcp/fs", "tools/call", {"name": "echo", "arguments": {"text": "x"}})
    check(answer["result"]["content"][0]["text"] == "x", answer)
    before = time.monotonic()
    node.stop()
    took = time.monotonic() - before
    check(took < 8, "the node's end took %.1f s" % took)


if os.geteuid() != 0:
    print("skipped: it needs root")
    sys.exit(0)
run([a_silent_name_server_holds_up_neither_others_nor_the_end])
