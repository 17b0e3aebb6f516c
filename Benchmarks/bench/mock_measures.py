"""The measures of mock banks: what a request costs beside nginx, and what delayed answers cost and how exact they are."""

import json
import os
import statistics
import time

from processes import CLIENT_CORE, SERVER_CORE, BenchError, Process
from repetitions import interleaved, progress, ratio_rows
from results import Row
from servers import Nginx, Server

# What our banks answer, less the numbers in it: nginx sends as many bytes.
ANSWER = ('{"reference":"pay-000000000000-bench","operation":"authorise","status":"authorised","amount":4900,'
          '"currency":"CNY","channel":"bench"}')
DELAY_US = 200_000
DELAYED_RATE = 5_000


class MockServer(Server):
    name = "ours"

    def __init__(self, workshop, play, in_memory=False, realtime=False):
        command = [workshop.product("MockBench"), "serve", play]
        if not in_memory:
            self.folder = workshop.folder / f"journal-{play}-{time.monotonic_ns()}"
            command.append(self.folder)
        self.process = Process(command, SERVER_CORE, workshop.log("mock"), realtime=realtime)
        try:
            self.address = self.process.read_report()["address"]
        except BaseException:
            self.process.stop()
            raise

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.child.pid}/task"))


class MockMeasures:
    def mock(self):
        """The same payments, over the same connections at the same instants, to banks and to nginx."""
        rate = self.plan.rate
        for play, in_memory, subject, most in (
                ("fixed", False, "a fixed answer", 1.1), ("full", False, "outcome, journal and capacity", 2.0),
                ("full", True, "the same, its journal in memory", None)):
            progress(f"mock: {subject}, at {rate:,}/s")
            with MockServer(self.workshop, play, in_memory) as ours, Nginx(self.workshop, answer=ANSWER) as nginx:
                servers = {"ours": ours, "nginx": nginx}
                kept, redone = interleaved(
                    servers, self.plan.repetitions, lambda name, servers=servers: self.paid(servers[name]),
                    must_agree=True)
            yield from ratio_rows(
                "mock", f"{subject}, at {rate:,}/s", ["nginx"], kept, redone, {"nginx": most}, self.plan.repetitions)

    def paid(self, server):
        """A whole load from its first connection on: before it and after it the server does nothing."""
        before = server.process.cpu_us()
        load = self.payments(server, self.plan.rate, self.plan.window_s, 64)
        return {"us": (server.process.cpu_us() - before) / load["answered_all"], "rate": load["rate"]}

    def payments(self, server, rate, seconds, connections, realtime=False):
        port = server.address.rsplit(":", 1)[1]
        command = [self.workshop.product("MockBench"), "load", port, rate, seconds, connections]
        with Process(command, CLIENT_CORE, self.workshop.log("payments"), realtime=realtime) as process:
            load = json.loads(process.finish())
        if load["failed"]:
            raise BenchError(f"{load['failed']} payments to {server.name} failed, the first: {load['failure']}")
        return load

    # MARK: Delayed answers

    def delays(self):
        progress(f"delays: {DELAYED_RATE:,}/s, a thousand at a time")
        runs = [self.delayed() for _ in range(self.plan.repetitions)]
        rows = (
            ("p99 error of an answer after 200 ms", "error_p99_us", 1_000, "us"),
            ("p99 error, in the median half second", "error_p99_part_us", None, "us"),
            ("p50 error", "error_p50_us", None, "us"),
            ("threads more than idle", "threads", 0, "threads"),
            ("resident, a thousand at a time", "resident_mb", 50, "MB"),
            ("resident, idle", "idle_mb", None, "MB"),
            ("CPU of a delayed answer", "us", None, "us"),
            ("CPU of one that is not delayed", "plain_us", None, "us"),
        )
        for name, key, most, unit in rows:
            yield Row("delays", f"{name}, {DELAYED_RATE:,}/s", [run[key] for run in runs], unit, most=most,
                      details={"runs": runs} if key == "error_p99_us" else {})

    def delayed(self):
        """What an answer took that was declared to take 200 ms, less what one takes at the median that is not delayed,
        at the same rate over as many connections. Both sides are real-time processes where that is allowed, as the
        timers' are: else this measures how busy the machine is with other things."""
        connections = 3 * DELAYED_RATE * DELAY_US // 2_000_000
        with MockServer(self.workshop, "full", realtime=True) as server:
            before = server.process.cpu_us()
            plain = self.payments(server, DELAYED_RATE, self.plan.window_s, connections, realtime=True)
            plain_us = (server.process.cpu_us() - before) / plain["answered_all"]
        with MockServer(self.workshop, "delayed", realtime=True) as server:
            idle_threads, idle_kib = server.threads(), server.process.resident_kib()
            before = server.process.cpu_us()
            port = server.address.rsplit(":", 1)[1]
            command = [self.workshop.product("MockBench"), "load", port, DELAYED_RATE, self.plan.window_s, connections]
            with Process(command, CLIENT_CORE, self.workshop.log("payments"), realtime=True) as process:
                time.sleep(self.plan.window_s / 2 + 0.5)
                # A segment of the journal is made on a thread of its own, for a moment; the median does not see it.
                threads = statistics.median(self.slowly(server.threads, 9))
                kib = server.process.resident_kib()
                load = json.loads(process.finish())
            cpu_us = server.process.cpu_us() - before
        if load["failed"]:
            raise BenchError(f"{load['failed']} delayed payments failed, the first: {load['failure']}")
        return {
            "error_p99_us": load["p99_us"] - DELAY_US - plain["p50_us"],
            "error_p99_part_us": load["p99_of_median_part_us"] - DELAY_US - plain["p50_us"],
            "error_p50_us": load["p50_us"] - DELAY_US - plain["p50_us"],
            "threads": int(threads - idle_threads), "resident_mb": kib * 1024 / 1e6, "idle_mb": idle_kib * 1024 / 1e6,
            "us": cpu_us / load["answered_all"], "plain_us": plain_us, "rate": load["rate"],
            "plain_p50_us": plain["p50_us"], "plain_p99_us": plain["p99_us"],
            "delayed_p50_us": load["p50_us"], "delayed_p99_us": load["p99_us"], "delayed_max_us": load["max_us"],
        }

    @staticmethod
    def slowly(look, times):
        for _ in range(times):
            yield look()
            time.sleep(0.02)
