"""Processes that the benchmarks start, what they cost, and their end.

Every process is a child of this one, is pinned to the core it is told, gets SIGTERM when this process dies, and is
ended by its own id only.
"""

import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import time

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


class BenchError(Exception):
    """The machine or a peer does not do what the measure needs; the words say what and what to do."""


def cores():
    """The core for servers and the core for clients; None twice where there is only one."""
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[1]) if len(allowed) > 1 else (None, None)


SERVER_CORE, CLIENT_CORE = cores()


class Process:
    def __init__(self, command, core, log, environment=None, stdin=subprocess.DEVNULL, realtime=False):
        self.command = [str(word) for word in command]
        self.log = open(log, "ab")

        def prepare():
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if core is not None:
                os.sched_setaffinity(0, {core})
            # Before what else runs on a shared machine, all sides alike, where that is allowed.
            try:
                os.setpriority(os.PRIO_PROCESS, 0, -10)
                if realtime:
                    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
            except PermissionError:
                pass

        self.child = subprocess.Popen(
            self.command, stdin=stdin, stdout=subprocess.PIPE, stderr=self.log, preexec_fn=prepare,
            env={**os.environ, **(environment or {})})

    @property
    def name(self):
        return os.path.basename(self.command[0])

    def read_report(self, seconds_max=60):
        """The next line of JSON that the process says."""
        deadline = time.monotonic() + seconds_max
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self.child.stdout], [], [], max(0, deadline - time.monotonic()))
            byte = os.read(self.child.stdout.fileno(), 1) if ready else b""
            if not byte:
                raise BenchError(f"{' '.join(self.command)} said nothing; its errors: {self.errors()}")
            line += byte
        return json.loads(line)

    def finish(self, seconds_max=120, statuses=(0,)):
        """Waits for its end and returns all that it said."""
        try:
            output, _ = self.child.communicate(timeout=seconds_max)
        except subprocess.TimeoutExpired:
            raise BenchError(f"{' '.join(self.command)} did not end in {seconds_max} s") from None
        if self.child.returncode not in statuses:
            raise BenchError(f"{' '.join(self.command)} failed ({self.child.returncode}): {self.errors()}")
        return output.decode(errors="replace")

    def errors(self):
        with open(self.log.name, "rb") as log:
            return log.read()[-1000:].decode(errors="replace").strip() or "none"

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.child.stdout.close()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # What it costs

    def family(self):
        """Its own id and its children's: nginx works in a child."""
        pid = self.child.pid
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            return [pid] + [int(word) for word in children.read().split()]

    def cpu_us(self):
        """User and system time so far, of all threads, also of those that have ended: the process's own CPU clock."""
        return sum(time.clock_gettime(self.cpu_clock(pid)) for pid in self.family()) * 1e6

    @staticmethod
    def cpu_clock(pid):
        """As clock_getcpuclockid(3) makes it: the pid inverted, and 2 for what the scheduler counts."""
        return (~pid << 3) | 2

    def resident_kib(self):
        return self.memory_kib()["VmRSS"]

    def memory_kib(self):
        """All that is resident, and what of it is its own, of files, and shared."""
        with open(f"/proc/{self.child.pid}/status") as status:
            said = dict(line.split(":", 1) for line in status)
        if "VmRSS" not in said:
            raise BenchError(f"{self.name} has no resident memory to read")
        return {key: int(said[key].split()[0]) for key in ("VmRSS", "RssAnon", "RssFile", "RssShmem")}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(address, path="/"):
    """The body of one GET, over a connection of its own."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n".encode())
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer.split(b"\r\n\r\n", 1)[1].decode()


def wait_until_served(process, address, seconds_max=10):
    deadline = time.monotonic() + seconds_max
    host, port = address.rsplit(":", 1)
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline or process.child.poll() is not None:
                raise BenchError(f"{process.name} does not serve {address}; its errors: {process.errors()}") from None
            time.sleep(0.02)


class MachineNoise:
    """What the machine did beside the measuring: time stolen by its host, and the load at the end."""

    def __init__(self):
        self.before = self.read()

    @staticmethod
    def read():
        with open("/proc/stat") as stat:
            words = [int(word) for word in stat.readline().split()[1:]]
        return sum(words[:8]), words[7]

    def figures(self):
        total, stolen = (after - before for after, before in zip(self.read(), self.before))
        return {"stolen_percent": round(100 * stolen / max(1, total), 2), "load_1min": os.getloadavg()[0]}
