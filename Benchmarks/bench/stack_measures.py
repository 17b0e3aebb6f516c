"""The measures of the payment stack: what the whole chain of a payment carries, and what it does beyond its knee."""

import json
import time

from processes import BenchError, Process, fetch
from repetitions import progress
from results import Row

STACK_NAMES = ("chain", "overload", "rehearsal")
# What the overloaded stack is declared to take of a core for a payment; it has two.
COST_US = 500
KNEE = 2 * 1_000_000 // COST_US


class Part(Process):
    """One process of the chain. They share the machine's cores as in a drill, so none is pinned."""

    def __init__(self, workshop, program, *words):
        super().__init__([workshop.product(program), *words], None, workshop.log("chain"))
        self.address = None

    def __enter__(self):
        super().__enter__()
        try:
            self.address = self.read_report()["address"]
        except BaseException:
            self.stop()
            raise
        return self

    @property
    def port(self):
        return self.address.rsplit(":", 1)[1]


class StackMeasures:
    # MARK: As fast as it goes

    def chain(self):
        for subject, is_file, least in (
                ("in memory", False, 40_000), ("on SQLite, each group synchronised", True, 20_000)):
            progress(f"chain: {subject}")
            runs = [self.carried(is_file) for _ in range(self.plan.repetitions)]
            yield Row("chain", f"acknowledged payments, {subject}", [run["rate"] for run in runs], "payments/s",
                      least=least, details={key: [run[key] for run in runs] for key in runs[0] if key != "rate"})
        progress("chain: with callback and webhook")
        runs = [self.told() for _ in range(self.plan.repetitions)]
        yield Row("chain", "told by callback and webhook, in memory", [run["rate"] for run in runs], "payments/s",
                  details={key: [run[key] for run in runs] for key in runs[0] if key != "rate"})

    def stack_words(self, bank, is_file):
        path = self.workshop.folder / f"ledger-{time.monotonic_ns()}.db"
        return ("serve", bank.port, "--pipeline", 16, *(("--database", path) if is_file else ()))

    def carried(self, is_file):
        seconds = 5
        with Part(self.workshop, "MockBench", "serve", "full") as bank, \
                Part(self.workshop, "StackBench", *self.stack_words(bank, is_file)) as stack:
            before = bank.cpu_us(), stack.cpu_us()
            load = self.loaded("closed", stack.port, seconds, 2_048 if is_file else 256, "--pipeline", 8)
            # The load has a second of warm-up, which costs the others as well.
            whole = load["rate"] * (seconds + 1)
            return {
                "rate": load["rate"], "refused": load["failed"], "bank_us": (bank.cpu_us() - before[0]) / whole,
                "stack_us": (stack.cpu_us() - before[1]) / whole}

    def told(self):
        seconds = 5
        with Part(self.workshop, "MockBench", "serve", "calling") as bank, \
                Part(self.workshop, "StackBench", "sink") as sink, \
                Part(self.workshop, "StackBench", *self.stack_words(bank, False)) as stack:
            began = time.monotonic()
            load = self.loaded("closed", stack.port, seconds, 64, "--pipeline", 8, "--notify", f"http://{sink.address}/n")
            while True:
                count = self.heard(sink)
                elapsed = time.monotonic() - began
                time.sleep(0.3)
                if self.heard(sink) == count:
                    break
            return {"rate": count / elapsed, "acknowledged_per_s": load["rate"], "webhooks": count}

    def heard(self, sink):
        return int(fetch(sink.address))

    def loaded(self, *words):
        load = self.said(*words)[0]
        # What is refused is not counted as paid, and is told beside it; anything else is no measure.
        if load["failed"] and load.get("failure") != "status 503":
            raise BenchError(f"{load['failed']} payments failed: {load.get('failure', '')}")
        return load

    def said(self, *words):
        """What one command says, line by line."""
        with Process([self.workshop.product("StackBench"), *words], None, self.workshop.log("chain")) as process:
            return [json.loads(line) for line in process.finish(600).splitlines()]

    # MARK: Beyond the knee

    def overload(self):
        runs = {"simulated": [], "live": []}
        for repetition in range(self.plan.repetitions):
            progress(f"overload: repetition {repetition + 1}")
            runs["simulated"].append(self.overloaded(lambda factor, seed=repetition: self.simulated(factor, seed + 1)))
            runs["live"].append(self.overloaded(self.live))
        for world, results in runs.items():
            for factor, least in ((2, 0.9), (10, 0.8)):
                yield Row("overload", f"goodput at {factor}x / peak, {world}",
                          [result[factor]["share"] for result in results], "ratio", least=least)
                yield Row("overload", f"refusals p99 at {factor}x, {world}",
                          [result[factor]["refused_p99_us"] / 1000 for result in results], "ms", most=50)
                yield Row("overload", f"back within, after {factor}x, {world}",
                          [result[factor]["back_s"] for result in results], "s", most=10)
        yield Row("overload", "peak live / simulated",
                  [live["peak"] / simulated["peak"] for live, simulated in zip(runs["live"], runs["simulated"])],
                  "ratio", most=1.15, least=0.85,
                  details={world: [result["peak"] for result in results] for world, results in runs.items()})

    def overloaded(self, run):
        """Each is three loads one after the other: below the knee, beyond it, below it again."""
        factors = {factor: run(factor) for factor in (1, 2, 10)}
        peak = max(phase["goodput"] for phases in factors.values() for phase in phases)
        result = {"peak": peak}
        for factor in (2, 10):
            before, beyond, after = factors[factor]
            good = [count >= 0.95 * before["goodput"] for count in after["good_per_second"]]
            back = next((second for second in range(len(good)) if all(good[second:])), len(good))
            result[factor] = {
                "share": beyond["goodput"] / peak, "refused_p99_us": beyond["refused_p99_us"], "back_s": back}
        return result

    def simulated(self, factor, seed):
        return self.said("overload", COST_US, factor, 12, "--seed", seed)

    def live(self, factor):
        with Part(self.workshop, "MockBench", "serve", "full") as bank, \
                Part(self.workshop, "StackBench", "serve", bank.port, "--cost-us", COST_US) as stack:
            return [self.loaded("open", stack.port, int(KNEE * share), 12) for share in (0.9, factor, 0.9)]

    # MARK: In virtual time

    def rehearsal(self):
        progress("rehearsal: whole payments in virtual time")
        rates = [
            self.said("simulate", 100_000, "--seed", repetition + 1)[0]["rate"]
            for repetition in range(self.plan.repetitions)]
        yield Row("rehearsal", "whole payments in virtual time", rates, "payments/s of wall time", least=30_000)
