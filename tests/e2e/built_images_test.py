"""A git repository with a Dockerfile as a server: fetched, built, called, stopped, updated, collected. The engine is a
real one, the server a static program, so that no registry is needed."""

import os
import shutil
import signal
import subprocess
import sys

from py_engine import Engine, is_there
from py_node import BUILD, check, eventually, run

SERVER = os.path.abspath(BUILD + "/tests/contract/programs/server")
GOOD = "# It needs nothing.\nFROM scratch\nCOPY server \\\n  /server\nLABEL version=1\nENTRYPOINT [\"/server\"]\n"
BAD = ("FROM scratch\nCOPY server /server\n\n# It says why.\nRUN [\"/server\", \"--exit-at-start\", \"7\"]\n"
       "ENTRYPOINT [\"/server\"]\n")
ENGINE = None


def git(node, *words):
    done = subprocess.run(["git", "-C", node.directory + "/repo", "-c", "user.name=t", "-c", "user.email=t@example.org",
                           *words], env=node.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    check(done.returncode == 0, done.stdout.decode())
    return done.stdout.decode().strip()


def commit(node, dockerfile):
    """The repository with that Dockerfile; its newest commit."""
    node.file("repo/Dockerfile", dockerfile)
    if not os.path.exists(node.directory + "/repo/.git"):
        shutil.copy(SERVER, node.directory + "/repo/server")
        git(node, "init", "--quiet", "--initial-branch", "main")
    git(node, "add", ".")
    git(node, "commit", "--quiet", "-m", "x")
    return git(node, "rev-parse", "HEAD")


def box(node, **more):
    """A node with the one server "box", built of the repository."""
    node.node["engine"] = ENGINE.address
    node.servers["box"] = {"git": "file://" + node.directory + "/repo", "runner": "container", **more}


def images():
    """Names of the images that were built for any state directory."""
    names = ENGINE.podman("images", "--filter", "label=toolscore.image", "--format",
                          "{{.Repository}}:{{.Tag}}").split()
    return [x for x in names if x.startswith("localhost/toolscore-")]


def all_images():
    return sorted(ENGINE.podman("images", "--all", "--quiet", "--no-trunc").split())


def made_at(image):
    return ENGINE.podman("inspect", "--format", "{{.Id}} {{.Created}}", image)


def echo(node, text):
    answer = node.mcp("/mcp/box", "tools/call", {"name": "echo", "arguments": {"text": text}})
    return answer["result"]["content"][0]["text"] if "result" in answer else answer["error"]["message"]


def was_told(node, text):
    return text in node.ask("GET", "/api/v1/events?after=0")[1]


def stop(node):
    node.stop()
    eventually(lambda: not ENGINE.containers(), "no container: %s" % ENGINE.containers())


def forget_servers(node):
    """A node whose file has none forgets those that it had."""
    node.servers = {}
    node.start()
    node.stop()


def collect(node):
    """No server is left, and so no image."""
    forget_servers(node)
    code, text = gc(node)
    check(code == 0 and not images(), text)
    return text


def gc(node, *more):
    return node.command("cache", "gc", *more, "-c", node.config_file, where=False)


def a_repository_with_a_dockerfile_is_built_called_and_leaves_nothing(node):
    others = ENGINE.podman("import", os.path.join(ENGINE.directory, "other.tar"), "localhost/other:1").strip()
    before = all_images()
    check(others, "an image of somebody else")
    head = commit(node, GOOD)
    box(node, limits={"memory": "64Mi"})
    node.start()
    node.wait_for("box", "ready", 120)
    check(echo(node, "from inside") == "from inside", "a call")
    row = node.row("box")
    check(row["commit"] == head, row)
    check(row["confinement"].startswith("container: network none, read-only root"), row)
    check(was_told(node, "step 2 of 5: COPY server /server"), "how far the build was")
    check(len(images()) == 1, images())
    check(not [x for _, _, names in os.walk(node.state) for x in names if x == "context.tar"], "what was sent is gone")
    os.kill(row["pid"], signal.SIGKILL)  # A restart as any other.
    eventually(lambda: node.row("box").get("pid", 0) not in (0, row["pid"]), "its successor")
    node.wait_for("box", "ready")
    stop(node)

    # What a configured server uses stays; then it goes, and nothing else.
    code, text = gc(node)
    check(code == 0 and len(images()) == 1, text)
    code, text = node.command("cache", "ls", "-c", node.config_file, where=False)
    check(images()[0] in text, text)
    name = images()[0]
    forget_servers(node)
    check("would remove " + name in gc(node, "--dry-run")[1] and len(images()) == 1, "a dry run")
    check("removed " + name in collect(node), "it is told")
    check(all_images() == before, "%s, not %s" % (all_images(), before))
    check(not os.path.exists(node.state + "/built-images"), "no engine need be asked any more")


def a_step_that_fails_is_told_with_its_line_and_the_next_start_takes_what_is_new(node):
    commit(node, BAD)
    box(node)
    node.start()
    node.wait_for("box", "failed", 120)
    reason = node.row("box")["reason"]
    for part in ("image: ", "exit 5", "step 3 of ", 'Dockerfile line 5: RUN ["/server", "--exit-at-start", "7"]',
                 "exits at start with 7", "exit status 7"):
        check(part in reason, "%s is not in %s" % (part, reason))
    check("\n" not in reason and not images(), reason)
    head = commit(node, GOOD)
    node.ask("POST", "/api/v1/servers/box/restart")
    node.wait_for("box", "ready", 120)
    check(node.row("box")["commit"] == head, node.row("box"))
    stop(node)
    collect(node)


def a_second_start_builds_nothing_and_an_image_that_was_lost_is_built_again(node):
    commit(node, GOOD)
    box(node)
    node.start()
    node.wait_for("box", "ready", 120)
    name = images()[0]
    born = made_at(name)
    stop(node)
    node.start()
    node.wait_for("box", "ready")
    check(not was_told(node, '"step ') and not was_told(node, "building"), "nothing is built")
    check(made_at(name) == born and echo(node, "again") == "again", "it is the same")
    stop(node)
    check(ENGINE.podman("rmi", "--force", name), "somebody removes it")
    node.start()
    node.wait_for("box", "ready", 120)
    check(was_told(node, "building") and images() == [name], images())
    stop(node)
    collect(node)


def an_update_builds_beside_and_takes_over(node):
    first = commit(node, GOOD)[:12]
    box(node, ref="main")
    node.start()
    node.wait_for("box", "ready", 120)
    code, text = node.command("update", "box")
    check(code == 0 and "nothing new" in text and len(images()) == 1, text)
    second = commit(node, GOOD + "LABEL version=2\n")[:12]
    code, text = node.command("update", "box")
    check(code == 0 and "updated, %s -> %s" % (first, second) in text, text)
    check(len(images()) == 2 and echo(node, "new") == "new", images())
    commit(node, "FROM scratch\nCOPY nothing /nothing\n")
    code, text = node.command("update", "box")
    check(code == 1 and "Dockerfile line 2: COPY nothing /nothing" in text, text)
    check(node.row("box")["process_status"] == "ready", node.row("box"))
    code, text = node.command("update", "box", "--rollback")
    check(code == 0 and first in text, text)
    stop(node)
    code, text = gc(node)
    check(code == 0 and len(images()) == 2, "the one before is what a rollback goes back to: " + text)
    collect(node)


def what_cannot_be_built_is_told_in_one_line(node):
    commit(node, GOOD)
    for more, why in (({"image": "./docker/Dockerfile"}, 'it has no file "docker/Dockerfile"'),
                      ({"subdir": "nowhere"}, "nowhere")):
        box(node, **more)
        node.start()
        node.wait_for("box", "failed", 60)
        check(why in node.row("box")["reason"], node.row("box"))
        node.stop()
    box(node)
    node.node["engine"] = "unix://" + node.directory + "/none.sock"
    node.start()
    node.wait_for("box", "failed", 60)
    check("no container engine answers (" in node.row("box")["reason"], node.row("box"))
    node.stop()


if not is_there():
    print("no container engine here: podman, conmon and runc as root")
    sys.exit(0)
ENGINE = Engine()
with open(ENGINE.directory + "/other.tar", "wb") as empty:
    empty.write(bytes(10240))
try:
    run([a_repository_with_a_dockerfile_is_built_called_and_leaves_nothing,
         a_step_that_fails_is_told_with_its_line_and_the_next_start_takes_what_is_new,
         a_second_start_builds_nothing_and_an_image_that_was_lost_is_built_again,
         an_update_builds_beside_and_takes_over, what_cannot_be_built_is_told_in_one_line])
finally:
    ENGINE.close()
