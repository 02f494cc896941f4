"""Definitions from other hosts' files and from a registry on loopback."""

import http.server
import json
import os
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
    code, text = node.command("import", file, "--yes")
    check(code == 1, text)  # One of them cannot be added.
    check("quince" not in text, text)
    check("runs       %s --tag '%s/project/x y'" % (FAULT_SERVER, node.directory) in text, text)
    check("variables  SECRET_KEY" in text and "headers    Authorization" in text, text)
    check("broken\n  skipped" in text and "write it behind some-package to keep it" in text, text)
    node.wait_for("my-server", "ready")
    check(node.row("same") and node.row("loose") and not node.row("broken"), "those that can be added")
    code, text = node.command("import", file, "--yes")
    check(code != 0 and "server \"my-server\" exists" in text, text)
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
     another_hosts_servers_are_shown_and_taken_over, the_usual_places_are_looked_into])
