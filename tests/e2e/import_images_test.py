"""Entries of other hosts that start containers: they become servers in containers, their images are pinned by digest.
The engine and its pulls are real; the registry serves what that engine has saved."""

import http.server
import json
import os
import socketserver
import sqlite3
import sys
import tarfile
import threading

from py_engine import Engine, is_there
from py_node import BUILD, FAULT_SERVER, check, eventually, run

SERVER = os.path.abspath(BUILD + "/tests/contract/programs/server")
ENGINE = None
REGISTRY = None


class Registry:
    """Reads of the registry's API, version 2, out of directories as `podman save --format oci-dir` makes them."""

    def __init__(self):
        registry = self
        self.images = {}  # (name, tag) -> directory
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, body=True):
                registry.asked.append(self.path)
                kind, text = registry.found(self.path)
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if body:
                    self.wfile.write(text)

            def do_GET(self):
                self.answer()

            def do_HEAD(self):
                self.answer(body=False)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.place = "127.0.0.1:%d" % self.server.server_port

    def found(self, path):
        """(media type, bytes); (None, ...) where there is nothing."""
        words = path.strip("/").split("/")
        if words == ["v2"]:
            return "application/json", b"{}"
        name, kind, key = "/".join(words[1:-2]), words[-2], words[-1]
        for (own, tag), directory in self.images.items():
            if own != name:
                continue
            with open(directory + "/index.json") as index:
                manifest = json.load(index)["manifests"][0]
            if kind == "manifests" and key in (tag, manifest["digest"]):
                return manifest["mediaType"], blob(directory, manifest["digest"])
            if kind == "blobs" and os.path.exists(directory + "/blobs/" + key.replace(":", "/")):
                return "application/octet-stream", blob(directory, key)
        return None, b"{}"

    def digest(self, name, tag):
        with open(self.images[name, tag] + "/index.json") as index:
            return json.load(index)["manifests"][0]["digest"]


def blob(directory, digest):
    with open(directory + "/blobs/" + digest.replace(":", "/"), "rb") as data:
        return data.read()


def publish(name, tag, label):
    """The registry gets an image of the server, and the engine forgets it."""
    archive = ENGINE.directory + "/image.tar"
    with tarfile.open(archive, "w") as out:
        out.add(SERVER, "server")
    check(ENGINE.podman("import", "--change", 'ENTRYPOINT ["/server"]', "--change", "LABEL is=" + label, archive,
                        "localhost/made:1"), "an image is made")
    directory = ENGINE.directory + "/saved-" + label
    ENGINE.podman("save", "--quiet", "--format", "oci-dir", "--output", directory, "localhost/made:1")
    check(os.path.exists(directory + "/index.json"), "it is saved")
    ENGINE.podman("rmi", "--force", "localhost/made:1")
    REGISTRY.images[name, tag] = directory


def definition(node, name):
    with sqlite3.connect("file:%s/toolscore.db?mode=ro" % node.state, uri=True) as base:
        return json.loads(base.execute("SELECT origin_json FROM servers WHERE name = ?", (name,)).fetchone()[0])["config"]


def imported(node, servers, *more, variables=None):
    file = node.file("mcp.json", json.dumps({"mcpServers": servers}))
    return node.command("import", file, "--yes", *more, "-c", node.config_file, where=False, variables=variables)


def docker_run(*words, **more):
    return {"command": "docker", "args": ["run", "-i", "--rm", *words], **more}


def stop(node):
    node.stop()
    eventually(lambda: not ENGINE.containers(), "no container: %s" % ENGINE.containers())


def start(node):
    node.node["engine"] = ENGINE.address
    node.start()


def a_command_that_runs_a_container_becomes_one_pinned_by_what_its_pull_brings(node):
    start(node)
    image = REGISTRY.place + "/team/server"
    pinned = image + "@" + REGISTRY.digest("team/server", "1")
    code, text = imported(node, {"box": docker_run("-e", "WORD", "-e", "MODE=a b", image + ":1", "--tag", "x",
                                                   env={"WORD": "quince-marmalade", "OTHER": "y"})})
    check(code == 0 and "box is " + pinned in text and "quince" not in text, text)
    check("  installs   image %s:1\n" % image in text and "it is pulled then" in text, text)
    check("  network    full\n" in text and "stays" not in text, text)
    check(definition(node, "box") == {
        "image": pinned, "network": "full", "container": {"writable": True}, "args": ["--tag", "x"],
        "env": {"WORD": "quince-marmalade", "MODE": "a b"}}, definition(node, "box"))
    node.wait_for("box", "ready", 60)
    check(node.row("box")["confinement"].startswith("container: network full"), node.row("box"))
    answer = node.mcp("/mcp/box", "tools/call", {"name": "echo", "arguments": {"text": "from inside"}})
    check(answer["result"]["content"][0]["text"] == "from inside", answer)
    # The tag goes on, what was imported does not: the engine's copy is what the same words would run.
    publish("team/server", "1", "second")
    check(REGISTRY.digest("team/server", "1") not in pinned, "another image")
    asked = len(REGISTRY.asked)
    code, text = imported(node, {"again": docker_run(image + ":1")})
    check(code == 0 and definition(node, "again")["image"] == pinned, text)
    check(pinned + ", what %s:1 is now by the engine's copy of it" % image in text, text)
    check(len(REGISTRY.asked) == asked, "nobody else was asked")
    # Where each start pulls anew, what the registry has now is taken.
    code, text = imported(node, {"anew": docker_run("--pull=always", image + ":1")})
    newer = image + "@" + REGISTRY.digest("team/server", "1")
    check(code == 0 and definition(node, "anew")["image"] == newer, text)
    stop(node)


def what_cannot_be_said_stays_a_command_and_has_its_image_pinned(node):
    start(node)
    image = REGISTRY.place + "/team/server"
    check(ENGINE.podman("pull", "--quiet", image + ":1"), "it is there")
    words = ["--gpus", "all", image + ":1", image + ":1"]
    code, text = imported(node, {"held": {**docker_run(*words), "disabled": True}})
    check(code == 0 and "no word for: --gpus" in text, text)
    pinned = image + "@" + REGISTRY.digest("team/server", "1")
    check(definition(node, "held")["args"] == ["run", "-i", "--rm", "--gpus", "all", pinned, image + ":1"],
          definition(node, "held"))
    stop(node)


def what_nobody_can_tell_is_skipped_or_added_as_unpinned(node):
    start(node)
    lost = REGISTRY.place + "/team/lost:1"
    servers = {"lost": {**docker_run(lost), "disabled": True},
               "held": {**docker_run("--gpus", "all", lost), "disabled": True},
               "fine": {"command": FAULT_SERVER}}
    code, text = imported(node, servers)
    check(code == 1 and node.row("fine") and not node.row("lost") and not node.row("held"), text)
    check("error: lost: the digest of %s is not known: pulling it failed" % lost in text, text)
    check("skipped    the digest of %s is not known" % lost in text and text.count("--unpinned") == 2, text)
    del servers["fine"]
    code, text = imported(node, servers, "--unpinned")
    check(code == 0 and definition(node, "lost")["image"] == lost, text)
    check(definition(node, "held")["args"][-1] == lost and "any: what %s is when it is pulled" % lost in text, text)
    node.stop()
    # Where there is no engine nothing is guessed.
    node.node["engine"] = "unix://" + node.directory + "/none.sock"
    node.start()
    code, text = imported(node, {"far": docker_run(lost)})
    check(code == 1 and "no container engine answers (" in text and not node.row("far"), text)
    code, text = imported(node, {"far": {"image": "${IMAGE:-x/y}", "disabled": True}}, "--unpinned")
    check(code == 0 and "any: what ${IMAGE:-x/y} is" in text, text)
    node.stop()


class Docker(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """An engine that has no image and asks registries, as Docker does and Podman does not."""

    daemon_threads = True

    def __init__(self, path, digest):
        outer = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def address_string(self):
                return "unix"

            def do_GET(self):
                outer.asked.append(self.path)
                good = "/distribution/" in self.path
                text = json.dumps({"Descriptor": {"digest": digest}} if good else {"message": "no such image"}).encode()
                self.send_response(200 if good else 404)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        super().__init__(path, Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def a_registry_is_asked_by_the_engine_where_that_can(node):
    digest = "sha256:" + "5" * 64
    docker = Docker(node.directory + "/d.sock", digest)
    node.node["engine"] = "unix://" + node.directory + "/d.sock"
    node.start()
    code, text = imported(node, {"box": {**docker_run("example.org/a/b:2"), "disabled": True}})
    check(code == 0 and "what example.org/a/b:2 is now by its registry" in text, text)
    check(definition(node, "box")["image"] == "example.org/a/b@" + digest, text)
    check(not [x for x in docker.asked if "/images/create" in x], docker.asked)
    docker.shutdown()
    node.stop()


if not is_there():
    print("no container engine here: podman, conmon and runc as root")
    sys.exit(0)
REGISTRY = Registry()
ENGINE = Engine(REGISTRY.place)
try:
    publish("team/server", "1", "first")
    run([a_command_that_runs_a_container_becomes_one_pinned_by_what_its_pull_brings,
         what_cannot_be_said_stays_a_command_and_has_its_image_pinned,
         what_nobody_can_tell_is_skipped_or_added_as_unpinned, a_registry_is_asked_by_the_engine_where_that_can])
finally:
    ENGINE.close()
