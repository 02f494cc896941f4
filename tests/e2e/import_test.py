"""Definitions from other hosts' files and from a registry on loopback."""

import http.server
import json
import os
import sqlite3
import subprocess
import sys
import threading
import urllib.parse

from py_node import FAULT_SERVER, check, run


def document(name, version="1.2.3", **more):
    return {"name": name, "description": "about " + name, "version": version, **more}


def npm(**more):
    return {"registryType": "npm", "identifier": "@x/y", "version": "1.2.3", "transport": {"type": "stdio"}, **more}


class Registry:
    """The official registry's API: pages of two, and what was asked."""

    def __init__(self, entries):
        registry = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(url.query))
                registry.asked.append(url.path)
                found = [x for x in entries if query.get("search", "") in json.dumps(x)]
                at = int(query.get("cursor", 0))
                page = {"servers": found[at:at + 2], "metadata": {"count": len(found[at:at + 2])}}
                if at + 2 < len(found):
                    page["metadata"]["nextCursor"] = str(at + 2)
                text = json.dumps(page).encode()
                self.send_response(200 if url.path == "/base/v0/servers" else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d/base/" % self.server.server_port


def entries():
    official = "io.modelcontextprotocol.registry/official"
    return [
        {"server": document("io.github.x/weather", "1.0.0", packages=[npm()]), "_meta": {official: {"isLatest": False}}},
        {"server": document("io.github.x/weather", "2.0.0", packages=[npm(
            version="2.0.0",
            packageArguments=[{"type": "named", "name": "--units", "value": "si"},
                              {"type": "positional", "valueHint": "place", "default": "Oslo"}],
            environmentVariables=[{"name": "WEATHER_KEY", "isRequired": True, "isSecret": True},
                                  {"name": "LEVEL", "default": "warn"}, {"name": "UNUSED"}])]),
         "_meta": {official: {"isLatest": True}}},
        # As it was written before September 2025.
        {"name": "io.github.x/old", "description": "an old one", "version_detail": {"version": "0.1.0"},
         "packages": [{"registry_name": "pypi", "name": "old-server", "version": "0.1.0",
                       "environment_variables": [{"name": "K", "default": "v"}]}]},
        {"server": document("io.github.x/far", remotes=[
            {"type": "streamable-http", "url": "https://{tenant}.example/mcp",
             "variables": {"tenant": {"isRequired": True}},
             "headers": [{"name": "Authorization", "value": "Bearer {token}",
                          "variables": {"token": {"isRequired": True, "isSecret": True}}}]}])},
        {"server": document("io.github.x/dotnet", packages=[{"registryType": "nuget", "identifier": "X"}])},
    ]


def a_registry_is_searched_page_by_page(node):
    registry = Registry(entries())
    code, text = node.command("search", "io.github", "--registry", registry.url, where=False)
    check(code == 0, text)
    rows = [line.split() for line in text.splitlines()]
    check([row[0] for row in rows] == ["NAME", "io.github.x/dotnet", "io.github.x/far", "io.github.x/old",
                                       "io.github.x/weather"], text)
    check(rows[4][1] == "2.0.0" and rows[3][1:3] == ["0.1.0", "pypi"] and rows[2][2] == "remote", text)
    check(len(registry.asked) == 3, registry.asked)
    code, text = node.command("search", "weather", "--json", "--registry", registry.url, where=False)
    check([x["name"] for x in json.loads(text)] == ["io.github.x/weather"], text)
    code, text = node.command("search", "weather", where=False)
    check(code == 2 and "--registry URL" in text and "\"registry\" under \"node\"" in text, text)
    code, text = node.command("search", "x", "--registry", "http://127.0.0.1:1/", where=False)
    check(code == 1 and text.startswith("error: the registry at http://127.0.0.1:1"), text)
    # A directory is one, too, and so is what the configuration names.
    for at, entry in enumerate(entries()):
        node.file("registry/%d/server.json" % at, json.dumps(entry))
    node.file("toolscore.json", json.dumps({"node": {"registry": node.directory + "/registry"}}))
    code, text = node.command("search", "old", "--json", where=False)
    check([(x["name"], x["version"]) for x in json.loads(text)] == [("io.github.x/old", "0.1.0")], text)


def a_server_of_a_registry_is_added_by_its_name(node):
    registry = Registry(entries() + [{"server": document("io.github.x/here", remotes=[
        {"type": "streamable-http", "url": "http://127.0.0.1:9/mcp", "headers": [
            {"name": "X-Api-Key", "isRequired": True, "isSecret": True}]}])}])
    node.start()
    where = ["--registry", registry.url, "--no-wait"]
    code, text = node.command("add", "io.github.x/weather", *where)
    check(code == 2 and "io.github.x/weather needs WEATHER_KEY: give each with --env NAME=VALUE" in text, text)
    code, text = node.command("add", "io.github.x/far", *where)
    check(code == 2 and "needs tenant, token" in text, text)
    code, text = node.command("add", "io.github.x/dotnet", *where)
    check(code == 1 and "nothing that can be run here" in text, text)
    code, text = node.command("add", "io.github.x/nobody", *where)
    check(code == 4, (code, text))
    code, text = node.command("add", "io.github.x/weather", *where, "--env", "WEATHER_KEY=quince-marmalade")
    check(code == 0 and '"npm":"@x/y@2.0.0"' in text and "quince" not in text, text)
    check('"args":["--units","si","Oslo"]' in text and '"env":["WEATHER_KEY","LEVEL"]' in text, text)
    check(node.row("weather"), "it is there")
    # What is nearly its name is another's, and a header's value is nobody's to read.
    code, text = node.command("add", "io.github.x/weathe", *where)
    check(code == 4, (code, text))
    code, text = node.command("add", "io.github.x/far", *where, "--env", "tenant=acme", "--env", "token=quince-marmalade")
    check(code == 0 and '"headers":["Authorization"]' in text and "quince" not in text, text)
    with open(node.state + "/secrets/far/headers.Authorization") as header:
        check("Bearer quince-marmalade" in header.read(), definition(node, "far"))
    code, text = node.command("add", "mine", "--registry-name", "io.github.x/here", *where, "--env", "X-Api-Key=k")
    check(code == 0 and node.row("mine"), text)
    code, text = node.command("add", "io.github.x/old", *where)
    check(code == 0 and '"pypi":"old-server==0.1.0"' in text, text)
    node.stop()


def another_hosts_servers_are_shown_and_taken_over(node):
    node.start()
    file = node.file("project/.vscode/mcp.json", """{ // as VS Code writes it
      "inputs": [{"type": "promptString", "id": "k", "password": true}],
      "servers": {
        "My Server": {"type": "stdio", "command": "%s", "args": ["--tag", "${workspaceFolder}/x y"],
                      "env": {"SECRET_KEY": "quince-marmalade"}},
        "loose": {"command": "npx", "args": ["-y", "some-package"]},
        "broken": {"command": 5},
        "same": {"url": "https://example.org/mcp", "headers": {"Authorization": "Bearer quince-marmalade"}, },
      },
    }""" % FAULT_SERVER)
    code, text = node.command("import", file)
    check(code == 2 and text.count("\n") == 1 and "--yes" in text, text)
    check(not node.row("my-server"), "nothing was added")
    code, text = node.command("import", file, "--yes", "--unpinned", variables=OFFLINE)
    check(code == 1, text)  # One of them cannot be added.
    check("quince" not in text, text)
    check("runs       %s --tag '%s/project/x y'" % (FAULT_SERVER, node.directory) in text, text)
    check("variables  SECRET_KEY" in text and "headers    Authorization" in text, text)
    check("broken\n  skipped" in text and "write it behind some-package to keep it" in text, text)
    node.wait_for("my-server", "ready")
    check(node.row("same") and node.row("loose") and not node.row("broken"), "those that can be added")
    code, text = node.command("import", file, "--yes", "--unpinned", variables=OFFLINE)
    check(code != 0 and "server \"my-server\" exists" in text, text)
    node.stop()


class Packages:
    """A registry of npm with one package, of which there are two versions."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                older = tuple("1.0.%d" % at for at in range(1500))  # More than one read of its answer.
                versions = {x: {"name": "some-package", "version": x, "dist": {"tarball": "http://x/x.tgz"}}
                            for x in older + ("1.4.0", "1.5.0", "2.1.0")}
                known = urllib.parse.unquote(self.path) == "/some-package"
                text = json.dumps({"name": "some-package", "dist-tags": {"latest": "2.1.0"},
                                   "versions": versions} if known else {}).encode()
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d" % server.server_port


OFFLINE = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:1", "NPM_CONFIG_FETCH_RETRIES": "0",
           "PIP_INDEX_URL": "http://127.0.0.1:1", "PIP_RETRIES": "0"}


def definition(node, name):
    with sqlite3.connect("file:%s/toolscore.db?mode=ro" % node.state, uri=True) as base:
        return json.loads(base.execute("SELECT origin_json FROM servers WHERE name = ?", (name,)).fetchone()[0])["config"]


def what_is_imported_is_pinned_to_the_version_of_today(node):
    node.start()
    here = os.path.dirname(os.path.abspath(__file__))
    os.mkdir(node.directory + "/wheels")
    for version in ("1.4.0", "1.5.0"):
        subprocess.run([sys.executable, here + "/servers/tiny/make_wheel.py", here + "/servers/tiny/tiny.py",
                        "tiny_server", version, node.directory + "/wheels"], check=True)
    servers = {"one": {"command": "npx", "args": ["-y", "some-package", "x"]},
               "two": {"command": "npx", "args": ["-y", "-p", "some-package@^1", "some-package"]},
               "kept": {"command": "npx", "args": ["-y", "some-package@1.4.0"]},
               "none": {"command": "npx", "args": ["-y", "no-such-package"]}}
    has_pip = subprocess.run(["python3", "-m", "pip", "--version"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL).returncode == 0
    if has_pip:
        servers["three"] = {"command": "uvx", "args": ["tiny-server"]}
    else:
        print("skipped in part: python3 has no pip")
    file = node.file("mcp.json", json.dumps({"mcpServers": servers}))
    variables = {"NPM_CONFIG_REGISTRY": Packages().url, "NPM_CONFIG_FETCH_RETRIES": "0",
                 "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": node.directory + "/wheels"}
    code, text = node.command("import", file, "--yes", variables=variables)
    check(code == 1, text)  # One is not to be had.
    check("runs       npx -y some-package@2.1.0 x\n  version    2.1.0, the newest that fits now" in text, text)
    check("runs       npx -y -p some-package@1.5.0 some-package" in text, text)
    skipped = [x for x in text.splitlines() if "skipped" in x]
    check(len(skipped) == 1 and "no-such-package" in skipped[0] and "--unpinned" in skipped[0], text)
    check(definition(node, "one")["args"] == ["-y", "some-package@2.1.0", "x"], definition(node, "one"))
    check(definition(node, "two")["args"] == ["-y", "-p", "some-package@1.5.0", "some-package"], text)
    check(definition(node, "kept")["args"] == ["-y", "some-package@1.4.0"], text)
    check(not node.row("none"), "it was not added")
    if has_pip:
        check(definition(node, "three")["args"] == ["tiny-server==1.5.0"], definition(node, "three"))
    # Where nothing answers nothing is guessed.
    file = node.file("more.json", json.dumps({"mcpServers": {"far": servers["one"]}}))
    code, text = node.command("import", file, "--yes", variables=OFFLINE)
    check(code == 1 and not node.row("far") and "some-package that is newest now is not known" in text, text)
    code, text = node.command("import", file, "--yes", "--unpinned", variables=OFFLINE)
    check(code == 0 and definition(node, "far")["args"] == servers["one"]["args"], text)
    node.stop()


def variables_of_a_file_are_taken_over(node):
    node.start()
    node.file("project/.env", "# of the project\nWORD=quince-marmalade\nMODE=\"a b\"\nPLAIN=${HOME}\n")
    server = {"command": FAULT_SERVER, "env": {"MODE": "own"}, "envFile": "${workspaceFolder}/.env"}
    file = node.file("project/.vscode/mcp.json", json.dumps({"servers": {
        "good": server, "gone": {**server, "envFile": "${workspaceFolder}/none"},
        "near": {**server, "envFile": ".env"}}}))
    code, text = node.command("import", file, "--yes")
    check(code == 1 and "variables  MODE, WORD, PLAIN" in text and "quince" not in text, text)
    check("near.envFile: \".env\" is no absolute path" in text and not node.row("near"), text)
    check("gone.envFile: " in text and not node.row("gone"), text)
    node.wait_for("good", "ready")
    config = definition(node, "good")
    check("envFile" not in config and config["env"] == {"MODE": "own", "WORD": "quince-marmalade",
                                                       "PLAIN": "$${HOME}"}, config)
    node.stop()


def the_usual_places_are_looked_into(node):
    node.start()
    one = {"command": FAULT_SERVER}
    node.file(".config/Claude/claude_desktop_config.json", json.dumps({"mcpServers": {"desk": one}}))
    node.file(".mcp.json", json.dumps({"mcpServers": {"code": one}}))
    node.file(".cursor/mcp.json", json.dumps({"mcpServers": {"cursor": one, "code": one}}))
    code, text = node.command("import", "--from", "vscode", "--yes")
    check(code == 2 and "none of the usual files" in text, text)
    code, text = node.command("import", "--from", "nobody", "--yes")
    check(code == 2 and "claude-desktop, claude-code, cursor or vscode" in text, text)
    code, text = node.command("import", "--from", "claude-desktop", "--yes")
    check(code == 0 and node.row("desk") and not node.row("code"), text)
    code, text = node.command("import", "--yes")
    check(node.row("code") and node.row("cursor"), text)
    check("is taken by one before it" in text, text)
    os.remove(node.directory + "/.mcp.json")
    node.stop()


run([a_registry_is_searched_page_by_page, a_server_of_a_registry_is_added_by_its_name,
     another_hosts_servers_are_shown_and_taken_over, what_is_imported_is_pinned_to_the_version_of_today,
     variables_of_a_file_are_taken_over, the_usual_places_are_looked_into])
