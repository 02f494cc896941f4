"""Whoever is judged: a node in front of a fixture's stdio, or the fixture's own HTTP."""
import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

MARKER = "TOOLSCORE_CENSUS"
START_SECONDS = 60
STOP_SECONDS = 15
LEFT_SECONDS = 5


class Broken(Exception):
    """It did not start, or did not end as it should."""


@contextlib.contextmanager
def through_gateway(toolscore, name, words, joint=False):
    """Yields the URL of the server's own endpoint on a node of this test's own, or of the one of
    all servers, where it then has the names that the suite knows. The words start it, or are its
    definition."""
    more = {"defaults": {"prefix": "never"}} if joint else {}
    with node(toolscore, {name: words}, more) as url:
        yield f"{url}/mcp" if joint else f"{url}/mcp/{name}"


@contextlib.contextmanager
def node(toolscore, servers, more):
    """Yields the URL of a node with these servers, by name, once all their lists are merged. Each is
    the words that start it, or a whole definition; `more` is what else its configuration says."""
    with _census() as marker, tempfile.TemporaryDirectory(prefix="toolscore-conformance-") as home:
        state = Path(home) / "state"
        config = Path(home) / "toolscore.json"
        written = {name: _definition(words, marker) for name, words in servers.items()}
        own = {"state_dir": str(state), **more.get("node", {})}
        config.write_text(json.dumps({**more, "node": own, "mcpServers": written}),
                          encoding="utf-8")
        log = Path(home) / "node.log"
        with _started([toolscore, "-c", str(config), "up", "--listen", "127.0.0.1:0"],
                      marker, log, home) as process:
            _wait(process, log, (state / "address").exists)
            url = "http://" + (state / "address").read_text(encoding="utf-8").strip()
            _wait(process, log, lambda: _is_good(url + "/readyz"))
            _wait(process, log, lambda: _templates(url) == len(servers))
            yield url
            process.send_signal(signal.SIGTERM)
            if process.wait(STOP_SECONDS) != 0:
                raise Broken(f"the node ended with {process.returncode}: {_end_of(log)}")


def _definition(server, marker):
    if isinstance(server, list):
        server = {"command": server[0], "args": server[1:]}
    return {**server, "env": {MARKER: marker}} if "command" in server else server


@contextlib.contextmanager
def direct(words):
    """Yields the URL that the fixture prints when it listens."""
    with _census() as marker, tempfile.TemporaryDirectory(prefix="toolscore-conformance-") as home:
        log = Path(home) / "fixture.log"
        with _started(words, marker, log, home) as process:
            _wait(process, log, lambda: "/mcp\n" in log.read_text(encoding="utf-8"))
            yield log.read_text(encoding="utf-8").split("\n", 1)[0]


@contextlib.contextmanager
def _started(words, marker, log, home):
    environment = {"HOME": home, "PATH": os.environ["PATH"], MARKER: marker}
    with open(log, "wb") as out:
        process = subprocess.Popen(words, cwd=home, env=environment, stdout=out,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _census():
    """Nothing that was started in here is alive after it. What a failure left dies here, too."""
    marker = uuid.uuid4().hex
    try:
        yield marker
    except BaseException:
        for pid in _marked(marker):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        raise
    end = time.monotonic() + LEFT_SECONDS
    while (left := _marked(marker)) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    if left:
        told = ", ".join(f"{pid} ({command})" for pid, command in left.items())
        raise Broken(f"processes are left: {told}")


def _marked(marker):
    """pid -> command of the live processes that carry the marker."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"{MARKER}={marker}".encode() in (process / "environ").read_bytes().split(b"\0"):
                words = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(process.name)] = words.decode(errors="replace").strip()
    return found


def _wait(process, log, condition):
    end = time.monotonic() + START_SECONDS
    while not condition():
        if process.poll() is not None:
            raise Broken(f"it ended with {process.returncode}: {_end_of(log)}")
        if time.monotonic() > end:
            raise Broken(f"it was not there within {START_SECONDS} s: {_end_of(log)}")
        time.sleep(0.05)


def _is_good(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _templates(url):
    """How many there are at the endpoint of all servers: each fixture has one, fetched last."""
    method, version = "resources/templates/list", "2026-07-28"
    meta = {"io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {}}
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta}}
    headers = {"Content-Type": "application/json", "Mcp-Method": method,
               "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": version}
    request = urllib.request.Request(url + "/mcp", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return len(json.load(answer)["result"]["resourceTemplates"])
    except (urllib.error.URLError, OSError):
        return 0


def _end_of(log):
    return " / ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
