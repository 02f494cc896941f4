"""A Podman of the test's own: its storage, its socket and all that it starts are in one directory and go with it."""

import glob
import os
import shutil
import socket
import subprocess
import tempfile

from py_node import check, eventually

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CONTAINERS = """[containers]
default_ulimits = ["nofile=4096:4096", "nproc=30000:30000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""


def is_there():
    """Where CI is set it must be."""
    programs = all(shutil.which(x, path=PATH) for x in ("podman", "conmon", "runc"))
    return os.environ.get("CI") is not None or (os.geteuid() == 0 and programs)


class Engine:
    def __init__(self, plain_registry=None):
        """@param plain_registry  "host:port" of a registry that speaks no TLS"""
        self.directory = tempfile.mkdtemp(prefix="tse-")  # Short: a unix socket's path has 107 bytes.
        self.socket = self.directory + "/engine.sock"
        self.address = "unix://" + self.socket
        with open(self.directory + "/containers.conf", "w") as out:
            out.write(CONTAINERS)
        with open(self.directory + "/storage.conf", "w") as out:
            out.write('[storage]\ndriver = "vfs"\ngraphroot = "%s/root"\nrunroot = "%s/run"\n'
                      % (self.directory, self.directory))
        self.environment = {"CONTAINERS_CONF": self.directory + "/containers.conf", "HOME": self.directory,
                            "CONTAINERS_STORAGE_CONF": self.directory + "/storage.conf",
                            "TMPDIR": self.directory, "PATH": PATH}
        if plain_registry:
            with open(self.directory + "/registries.conf", "w") as out:
                out.write('[[registry]]\nlocation = "%s"\ninsecure = true\n' % plain_registry)
            self.environment["CONTAINERS_REGISTRIES_CONF"] = self.directory + "/registries.conf"
        self.log = open(self.directory + "/log", "ab")
        self.service = subprocess.Popen(["podman", "system", "service", "--time=0", self.address],
                                        env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log)
        try:
            eventually(self.answers, "the engine", 60)
        except Exception:
            self.close()
            raise

    def answers(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            return one.connect_ex(self.socket) == 0

    def podman(self, *words):
        """Its output; nothing where it failed."""
        done = subprocess.run(["podman", *words], env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=self.log, timeout=120)
        return done.stdout.decode() if done.returncode == 0 else ""

    def containers(self):
        return self.podman("ps", "--all", "--format", "{{.Names}}").split()

    def processes(self):
        found = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as words:
                    if self.directory.encode() in words.read():
                        found.append(int(path.split("/")[2]))
            except OSError:
                pass
        return [x for x in found if x != self.service.pid]

    def close(self):
        """Nothing may be left of what it has started."""
        try:
            left = self.containers()
            self.podman("rm", "--all", "--force", "--time", "0")
            eventually(lambda: not self.processes(), "the end of the engine's processes", 20)
            check(not left, "containers are left: %s" % left)
        finally:
            self.service.terminate()
            self.service.wait()
            self.log.close()
            shutil.rmtree(self.directory, ignore_errors=True)
