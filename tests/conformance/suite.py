"""One run of the official suite against a URL, and what it said of each scenario."""
import json
import re
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

SCENARIO_MS = 15_000
RUN_SECONDS = 120
# The suite lets a warning pass, and what it skipped; nothing warns or is skipped where the fixtures
# are judged directly. The worst comes first.
WORDS = {"FAILURE": "FAIL", "WARNING": "warn", "SKIPPED": "skip"}


class Dead(Exception):
    """Nobody there whom the suite could judge."""


@dataclass
class Verdict:
    word: str = "pass"
    told: str = ""  # Why not.

    @property
    def passed(self):
        return self.word == "pass"


def scored(package, revision):
    """The scenarios that count for this revision, as the suite has frozen them."""
    text = (package / "requirements" / f"{revision}.yaml").read_text(encoding="utf-8")
    block = re.search(r"^server:\n((?:  - .*\n|\s*#.*\n|\n)*)", text, re.MULTILINE)
    return re.findall(r"^  - (\S+)", block.group(1), re.MULTILINE)


def refuse_dead(url, revision):
    """Some scenarios pass against a closed port, so it must answer as an MCP server first."""
    modern = revision >= "2026"
    meta = {"io.modelcontextprotocol/protocolVersion": revision,
            "io.modelcontextprotocol/clientCapabilities": {}}
    method = "server/discover" if modern else "initialize"
    params = {"_meta": meta} if modern else {
        "protocolVersion": revision, "capabilities": {},
        "clientInfo": {"name": "referee", "version": "1"}}
    headers = {"Content-Type": "application/json",
               "Accept": "application/json, text/event-stream"}
    if modern:
        headers.update({"MCP-Protocol-Version": revision, "Mcp-Method": method})
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read().decode()
    except (urllib.error.URLError, OSError) as problem:
        raise Dead(f"{url} does not answer {method}: {problem}") from problem
    if '"result"' not in text:
        raise Dead(f"{url} answers {method} without a result: {text[:200]}")


def run(packages, url, revision, out):
    """@returns scenario -> Verdict, of those that left a result"""
    words = [packages.node, str(packages.suite / "dist" / "index.js"), "server", "--url", url,
             "--requirements", revision, "--timeout", str(SCENARIO_MS), "-o", str(out)]
    # Its exit code says that something failed; which and why is in the files.
    subprocess.run(words, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   stdin=subprocess.DEVNULL, timeout=RUN_SECONDS)
    return {_scenario_of(file): _verdict_of(json.loads(file.read_text(encoding="utf-8")))
            for file in Path(out).glob("server-*/checks.json")}


def _scenario_of(file):
    return re.match(r"server-(.*)-\d{4}-\d\d-\d\dT", file.parent.name).group(1)


def _verdict_of(checks):
    for status, word in WORDS.items():
        bad = [check for check in checks if check["status"] == status]
        if bad:
            told = dict.fromkeys(f"{check['id']}: {_message_of(check)}" for check in bad)
            return Verdict(word, " | ".join(told))
    # Such as a scenario that found nothing to judge and only says so.
    if not any(check["status"] == "SUCCESS" for check in checks):
        return Verdict("skip", "no check succeeded")
    return Verdict()


def _message_of(check):
    said = check.get("errorMessage") or check.get("details", {}).get("note") or check["status"]
    return " ".join(str(said).split())[:240]


def worst(runs):
    """A scenario passes if it did in each run."""
    names = sorted(set().union(*runs))
    missing = Verdict("FAIL", "left no result")
    each = {name: [run.get(name, missing) for run in runs] for name in names}
    return {name: next((one for one in all_ if not one.passed), all_[0])
            for name, all_ in each.items()}
