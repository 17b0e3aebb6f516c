"""The measures of rehearsals: how fast a whole drill goes in virtual time, whether it is the same each time and in each
build, and whether it comes to what the same plan comes to live."""

import hashlib
import json
import shutil
import time

from processes import BenchError, Process
from repetitions import progress
from results import Row
from workshop import ROOT

REHEARSAL_NAMES = ("rehearse", "agreement", "judge")
LENGTH_S = 600
QUICKSTART = ROOT / "plans" / "quickstart.yaml"
# The same for a plan and a seed, whoever writes them.
FILES = ("report.json", "report.html", "evidence.db")

# The quickstart's chain with what is behind it, below its knee: 300,000 journeys of a payment and its webhook.
PLAN = """
plan: ten-minutes
seed: 20261121
target: {stack: embedded, connections: 600, in-flight: 5000, timeout: 5s}
stack: {cores: 2, service: 2ms, deadline: 3s, bank: {timeout: 1s}, query: {first: 2s, rate: 50/s}}
shadow: {control: 2/s}
channels: %s
webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
data: {merchant: {pool: 1000, pick: zipf 1.1}, amount: {minor: lognormal p50=4900 p99=250000, currency: EUR}}
journeys:
  pay:
    priority: critical
    steps:
      - POST /v1/payments:
          headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
          json: {amount: "${amount}", currency: EUR, notify: "${webhook}"}
          expect: {status: [201, 202]}
          keep: {payment: $.id}
      - await webhook payment.captured: {within: 10s}
traffic: [hold: {for: %ds, rate: 500/s}]
targets: [latency: {journey: pay, p99: 500ms}, errors: {at most: 1%%}, money: strict, isolation: strict]
"""

# An hour with a crowd, a way back and a sick bank, and with a target of nearly every kind.
HOUR = """
plan: hour
seed: 1
target: {stack: embedded, connections: 800, in-flight: 8000, timeout: 4s}
stack: {cores: 2, service: 10ms, limits: {queue: 200, age: 100ms}, deadline: 2s, bank: {timeout: 1s}}
channels: %s
data: {merchant: {pool: 40, pick: random}, amount: {minor: lognormal p50=4900 p99=250000, currency: EUR}}
journeys:
  precious: {weight: 2, priority: critical, steps: [%s]}
  everyday: {weight: 6, priority: normal, steps: [%s]}
  bulk: {weight: 2, priority: low, steps: [%s]}
traffic:
  - warm-up: {for: 60s, rate: 20/s}
  - hold: {for: 1200s, rate: 40/s, name: baseline}
  - hold: {for: 840s, rate: 100/s, name: busy}
  - hold: {for: 300s, rate: 600/s, name: crowd}
  - hold: {for: 600s, rate: 40/s, name: after}
  - hold: {for: 600s, rate: 100/s, name: busy-again}
faults:
  - {at: "@after+60s", for: 60s, channel: north, error: {status: 503, rate: 90%%}}
observe: [{prometheus: stack, series: {waiting: 'spillway_stack_queue_depth{namespace="shadow"}'}}]
targets:
  - capacity: {at least: 90/s, slo: {p99: 400ms, errors: 1%%}}
  - latency: {stage: baseline, p99: 400ms}
  - errors: {at most: 5%%}
  - goodput: {stage: crowd, at least: 80%% of peak}
  - shed: {p99: 250ms, order: [low, normal, critical]}
  - recovery: {after: crowd, to: 95%% of baseline, within: 10s}
  - hysteresis: {at least: 95%%}
  - queue: {series: waiting, at most: 200}
  - fairness: {by: merchant, at least: 0.9}
  - amplification: {at most: 1.2}
  - wasted work: {at most: 1%%}
  - routing: {channel: north, away within: 12s, back within: 30s}
  - breaker: {channel: north, opens within: 10s}
  - blast radius: {channel: north, at most: 1.3x}
"""
STEP = """{POST /v1/payments: {headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}", X-Priority: %s},
  json: {amount: "${amount}", currency: EUR}, expect: {status: [201, 202]}}}"""


class RehearsalMeasures:
    """Part of `Measures`, which has the workshop and the plan."""

    # MARK: Speed

    def rehearse(self):
        seconds = LENGTH_S if self.plan.window_s > 1 else LENGTH_S // 10
        plan = self.workshop.folder / "ten-minutes.yaml"
        plan.write_text(PLAN % (ROOT / "mocks" / "quickstart.yaml", seconds))
        walls, sizes, prints = [], [], set()
        for repetition in range(self.plan.repetitions):
            progress(f"rehearse: {seconds} s at 500/s, repetition {repetition + 1}")
            folder, wall, _ = self.rehearsed(plan)
            walls.append(wall)
            sizes.append((folder / "evidence.db").stat().st_size)
            prints.add(fingerprint(folder))
            shutil.rmtree(folder)
        subject = f"{seconds // 60} min at 500/s, audited and reported"
        yield Row("rehearse", f"{subject}: wall time", walls, "s", most=15 * seconds / LENGTH_S,
                  details={"evidence_bytes": sizes})
        yield Row("rehearse", f"{subject}: virtual time in a second", [seconds / wall for wall in walls], "s")
        yield Row("rehearse", f"{subject}: different fingerprints", [len(prints)], "", most=1)
        yield from self.builds()

    def builds(self):
        """The quickstart by this release build and by the debug build beside it."""
        progress("rehearse: the quickstart in debug and release builds")
        prints = []
        for configuration in ("release", "release", "debug"):
            folder, _, _ = self.rehearsed(QUICKSTART, configuration)
            prints.append(fingerprint(folder))
            shutil.rmtree(folder)
        yield Row("rehearse", "quickstart: different fingerprints in debug and release", [len(set(prints))], "", most=1)

    def rehearsed(self, plan, configuration="release"):
        return self.run_of("rehearse", plan, configuration)

    def run_of(self, verb, plan, configuration="release"):
        """The folder of its report, the seconds that it took, and its summary."""
        folder = self.workshop.folder / f"{verb}-{time.monotonic_ns()}"
        began = time.monotonic()
        command = [self.workshop.product("spillway", configuration), verb, plan, "--quiet", "--format", "json",
                   "--out", folder]
        with Process(command, None, self.workshop.log(verb)) as process:
            said = process.finish(900, statuses=(0, 1, 3))
        return folder, time.monotonic() - began, json.loads(said)

    # MARK: Judging

    def judge(self):
        """The evidence of an hour, rehearsed once, read and judged again and again, and its page drawn."""
        plan = self.workshop.folder / "hour.yaml"
        steps = tuple(STEP % priority for priority in ("critical", "normal", "low"))
        plan.write_text(HOUR % (ROOT / "mocks" / "matrix.yaml", *steps))
        progress("judge: rehearsing an hour")
        folder, _, _ = self.rehearsed(plan)
        command = [self.workshop.product("JudgeBench"), folder, plan]
        runs = []
        for _ in range(max(3, self.plan.repetitions)):
            with Process(command, None, self.workshop.log("judge")) as process:
                runs.append(json.loads(process.finish()))
        with Process([self.workshop.product("ReportBench"), folder], None, self.workshop.log("judge")) as process:
            page = json.loads(process.finish())
        shutil.rmtree(folder)
        yield Row("judge", f"its page with {page['series']} series: drawn", page["drawn_s"], "s", most=1, details=page)
        yield Row("judge", "its page: memory at the most, the record included", [page["peak_kib"] / 1024], "MiB", most=200)
        files = [key for key in page if key.endswith("_s") and key != "drawn_s"]
        yield Row("judge", "all files of its report: made", [sum(page[key] for key in files)], "s")
        yield Row("judge", "its page: size", [page["bytes"] / 1e6], "MB", most=1.5)
        yield Row("judge", f"{runs[0]['slices']:,} slices, {runs[0]['targets']} targets: read and judged",
                  [run["total_s"] for run in runs], "s", most=2, details={"runs": runs})

    # MARK: Live

    def agreement(self):
        """The quickstart live and rehearsed, verdict by verdict. A live run takes some 75 s."""
        folder, _, rehearsed = self.rehearsed(QUICKSTART)
        shutil.rmtree(folder)
        expected = statuses(rehearsed)
        equal, opposite, differences = [], [], []
        for repetition in range(self.plan.repetitions):
            progress(f"agreement: the quickstart live, repetition {repetition + 1}")
            folder, _, live = self.run_of("run", QUICKSTART)
            shutil.rmtree(folder)
            found = statuses(live)
            if found.keys() != expected.keys():
                raise BenchError(f"live there are other verdicts: {sorted(found)} and {sorted(expected)}")
            other = {claim: (found[claim], expected[claim]) for claim in expected if found[claim] != expected[claim]}
            equal.append(1 if not other else 0)
            opposite.append(sum(set(pair) == {"pass", "fail"} for pair in other.values()))
            differences.append(other)
        details = {"verdicts": len(expected), "differences": differences}
        yield Row("agreement", "verdicts that are opposite, live and rehearsed", [sum(opposite)], "", most=0,
                  details=details)
        yield Row("agreement", "live runs with all verdicts as rehearsed", [sum(equal) / len(equal)], "share", least=0.9)


def statuses(summary):
    return {f"{each['name']}: {each['claim']}": each["status"] for each in summary["judgements"]}


def fingerprint(folder):
    hashes = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES]
    return " ".join(hashes)
