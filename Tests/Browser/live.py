"""A run under way with its live page, as somebody starts it: real stack, real banks, less than a minute."""

import contextlib
import re
import shutil
import signal
import subprocess
import time

from browser import PICTURES, REPOSITORY
from drills import EXECUTABLE

ANNOUNCEMENT_SECONDS_MAX = 15
END_SECONDS_MAX = 120

# The lag is not what the page is about: a machine that stands still for a second must not change the verdict.
PLAN = """
plan: live
about: some payments, one of two banks slow for a while, and somebody who watches
seed: 1
target: {stack: embedded, connections: 200, timeout: 5s}
stack: {cores: 2, service: 4ms, bank: {timeout: 1s}, query: {first: 2s}}
channels: quickstart.yaml
data:
  merchant: {pool: 20}
  amount: {minor: uniform min=100 max=9000, currency: EUR}
journeys:
  pay:
    steps:
      - POST /v1/payments:
          headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
          json: {amount: "${amount}", currency: EUR}
          expect: {status: [201, 202]}
traffic:
  - warm-up: {for: 2s, rate: 20/s}
  - hold: {for: SECONDSs, rate: 60/s, name: baseline}
  - hold: {for: 3s, rate: 40/s, name: after}
faults:
  - {at: "@baseline", for: 4s, channel: patient, latency: {multiply: 3}}
guards:
  - error ratio > 50% for 10s
targets:
  - errors: {at most: 1%}
  - generator: {lag p99: 5s}
  - money: strict
"""


class LiveRun:
    def __init__(self, process, address, log, out):
        self.process, self.address, self.log, self.out = process, address, log, out

    @property
    def page(self):
        """Without the token that steers it."""
        return self.address.split("#")[0]

    @property
    def port(self):
        return int(re.search(r":(\d+)/", self.address).group(1))

    def end(self):
        """Its exit code, when it has come to its end by itself."""
        return self.process.wait(timeout=END_SECONDS_MAX)


@contextlib.contextmanager
def run(name, plan=None, seconds=16, plans=1):
    """Starts a run, of a plan of its own where none is named or of several alike, and gives the address that it tells; whatever happens, it does not
    outlive the test."""
    folder = PICTURES / "drills" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    more = []
    if plan is None:
        plan = folder / "live.yaml"
        plan.write_text(PLAN.replace("SECONDS", str(seconds)))
        more = [folder / f"live-{number}.yaml" for number in range(2, plans + 1)]
        for number, each in enumerate(more, 2):
            each.write_text(plan.read_text().replace("plan: live", f"plan: live-{number}"))
        shutil.copy(REPOSITORY / "mocks" / "quickstart.yaml", folder)
    log, out = folder / "talk", folder / "out"
    with open(log, "w") as talk:
        process = subprocess.Popen([EXECUTABLE, "run", plan, *more, "--live", "127.0.0.1:0", "--out", out],
                                   cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=talk, stderr=talk)
    try:
        yield LiveRun(process, announced(process, log), log, out)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def announced(process, log):
    """The address with the token, as the run says it."""
    deadline = time.monotonic() + ANNOUNCEMENT_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+/#token=\S+", log.read_text()):
            return found.group(0)
        time.sleep(0.05)
    raise AssertionError(f"the run told no address of its page:\n{log.read_text()}")
