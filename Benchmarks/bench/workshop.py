"""What a run stands on: packages, our build, the C twins, and a temporary folder."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from processes import BenchError

ROOT = pathlib.Path(__file__).resolve().parents[2]
TWINS = ROOT / "Benchmarks" / "Twins"


def run(command, what, log):
    with open(log, "wb") as output:
        status = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            env={**os.environ, "SPILLWAY_STRICT": "1"}).returncode
    if status != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
        raise BenchError(f"{what} failed ({status}):\n{tail}\nthe whole log: {log}")


class Workshop:
    def __init__(self):
        self.built = ROOT / ".build" / "bench"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="spillway-bench-"))

    def have_machine(self):
        """Two runs at once would measure each other, also from two checkouts; the second waits. The lock ends with
        the process that holds it."""
        self.lock = open(pathlib.Path(tempfile.gettempdir()) / "spillway-bench.lock", "a")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  waiting for another run on this machine", file=sys.stderr, flush=True)
            fcntl.flock(self.lock, fcntl.LOCK_EX)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self, name):
        return self.folder / f"{name}.log"

    # Made once

    def set_up(self):
        """The project's own set-up, with the peers' packages."""
        words = "set -euo pipefail; source scripts/lib/console.sh; source scripts/lib/setup.sh; set_up_bench"
        status = subprocess.run(["bash", "-c", words], cwd=ROOT, stdin=subprocess.DEVNULL).returncode
        if status != 0:
            raise BenchError("the set-up failed")
        self.built.mkdir(parents=True, exist_ok=True)

    def build(self, configuration="release", product="RuntimeBench"):
        run(["swift", "build", "--configuration", configuration, "--product", product],
            f"the {configuration} build", self.built / f"build-{configuration}.log")

    def build_twins(self):
        twins = (
            ("timer-twin", []), ("arrivals-sender", []), ("arrivals-receiver", []),
            ("microhttpd-server", ["-lmicrohttpd"]))
        for name, libraries in twins:
            self.compile([TWINS / f"{name}.c", "-o", self.built / name, *libraries])
        counting = ROOT / "Benchmarks" / "CAllocationCount"
        self.compile([
            "-shared", "-fPIC", f"-I{counting / 'include'}", counting / "CAllocationCount.c", "-o",
            self.allocation_count])

    def compile(self, words):
        command = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", *map(str, words)]
        run(command, " ".join(command), self.built / "gcc.log")

    def certificates(self):
        """A fresh authority and a server's identity for 127.0.0.1: authority.pem, server.pem, server.key."""
        if not (self.folder / "server.key").exists():
            run([str(self.runtime_bench()), "certificates", str(self.folder)], "making certificates",
                self.log("certificates"))
        return self.folder / "authority.pem", self.folder / "server.pem", self.folder / "server.key"

    # Found

    @property
    def allocation_count(self):
        return self.built / "allocation-count.so"

    def product(self, name, configuration="release"):
        return ROOT / ".build" / configuration / name

    def runtime_bench(self, configuration="release"):
        return self.product("RuntimeBench", configuration)

    def spillway(self):
        return self.product("spillway")

    @property
    def peers(self):
        """What is fetched once, beside the packages."""
        return ROOT / ".build" / "bench-peers"

    def twin(self, name):
        return self.built / name
