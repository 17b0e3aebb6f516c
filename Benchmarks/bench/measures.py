"""The measures. Each yields rows; docs/benchmarks.md says why they are made this way."""

import json
import shutil
import statistics
import subprocess
import time

import clients
from driver_measures import DriverMeasures
from live_measures import LiveMeasures
from mock_measures import MockMeasures
from processes import CLIENT_CORE, BenchError, Process
from rehearsal_measures import RehearsalMeasures
from repetitions import interleaved, progress, ratio_rows
from results import Row
from servers import MicroHTTPD, Nginx, OurServer
from stack_measures import StackMeasures


class Measures(DriverMeasures, LiveMeasures, MockMeasures, RehearsalMeasures, StackMeasures):
    def __init__(self, workshop, plan):
        self.workshop = workshop
        self.plan = plan

    # MARK: Client

    def client(self):
        tools = ("ours", "wrk", "h2load")
        pace = self.plan.rate
        yield from self.client_against(
            lambda: Nginx(self.workshop, pace=pace), "client", f"against nginx at {pace:,}/s", tools, {"wrk": 1.0})
        yield from self.client_against(
            lambda: OurServer(self.workshop, pace=pace), "client", f"against our server at {pace:,}/s", tools,
            {"wrk": 0.85})

    def saturated(self):
        tools = ("ours", "wrk", "h2load")
        yield from self.client_against(
            lambda: Nginx(self.workshop), "saturated", "client against nginx", tools, {}, must_agree=False)
        yield from self.client_against(
            lambda: OurServer(self.workshop), "saturated", "client against our server", tools, {}, must_agree=False)

    def spaced(self):
        pace = self.plan.rate
        yield from self.client_against(
            lambda: OurServer(self.workshop, pace=pace, tick_us=1), "spaced",
            f"client against our server at {pace:,}/s", ("ours", "wrk", "h2load"), {})

    def tls(self):
        pace = self.plan.rate
        yield from self.client_against(
            lambda: Nginx(self.workshop, pace=pace, tls=True), "tls", f"client against nginx at {pace:,}/s",
            ("ours", "wrk"), {"wrk": 1.1})

    def client_against(self, make_server, measure, subject, tools, most, must_agree=True):
        progress(f"{measure}: {subject}")
        with make_server() as server:
            def one(tool):
                return clients.measure(tool, self.workshop, server, self.plan.window_s)

            kept, redone = interleaved(tools, self.plan.repetitions, one, must_agree)
        yield from ratio_rows(measure, subject, tools[1:], kept, redone, most, self.plan.repetitions)

    # MARK: Server

    def server(self):
        makers = {"ours": OurServer, "nginx": Nginx, "libmicrohttpd": MicroHTTPD}
        subject = f"at {self.plan.rate:,}/s"
        progress(f"server: {subject}")
        started = {}
        try:
            for name, make in makers.items():
                started[name] = make(self.workshop)
            kept, redone = interleaved(
                makers, self.plan.repetitions, lambda name: self.served(started[name]), must_agree=True)
        finally:
            for server in started.values():
                server.process.stop()
        yield from ratio_rows("server", subject, list(makers)[1:], kept, redone, {"nginx": 1.05}, self.plan.repetitions)

    def served(self, server):
        """A whole open-loop run from the first connection on: before it and after it the server does nothing."""
        before = server.process.cpu_us()
        load = self.load(server, "--rate", self.plan.rate, "--seconds", self.plan.window_s)
        return {"us": (server.process.cpu_us() - before) / load["answered_all"], "rate": load["rate"]}

    def load(self, server, *options, counting=False):
        environment = {"LD_PRELOAD": str(self.workshop.allocation_count)} if counting else {}
        command = [self.workshop.runtime_bench(), "load", server.address, *options]
        with Process(command, CLIENT_CORE, self.workshop.log("load"), environment) as process:
            report = json.loads(process.finish())
        if report["failed"]:
            raise BenchError(f"{report['failed']} requests to {server.name} failed")
        return report

    # MARK: Allocations

    def allocations(self):
        progress("allocations: each side")
        repetitions = range(self.plan.repetitions)
        with OurServer(self.workshop) as server:
            client = [
                self.load(server, "--seconds", 1, counting=True)["allocations_per_request"] for _ in repetitions]
            arrivals = [
                self.load(server, "--seconds", 1, "--rate", self.plan.rate, counting=True)["allocations_per_request"]
                for _ in repetitions]
        with OurServer(self.workshop, counting=True) as server:
            self.load(server, "--seconds", 1)
            served = [self.allocations_while_serving(server) for _ in repetitions]
        yield Row("allocations", "client, a task per connection", client, "per request", most=2.0)
        yield Row("allocations", "server", served, "per request", most=2.0)
        yield Row("allocations", "client, a task per arrival", arrivals, "per request")

    def allocations_while_serving(self, server):
        command = [self.workshop.runtime_bench(), "load", server.address, "--seconds", 2]
        with Process(command, CLIENT_CORE, self.workshop.log("load")) as process:
            time.sleep(0.7)
            before = server.counts()
            time.sleep(1)
            after = server.counts()
            process.finish()
        return (after["allocations"] - before["allocations"]) / (after["requests"] - before["requests"])

    # MARK: Timers

    def timers(self):
        for spin_us, rate in ((0, 1_000), (0, 10_000), (100, 1_000), (100, 10_000)):
            spinning = f", spin {spin_us} us" if spin_us else ""
            progress(f"timers: {rate:,}/s{spinning}")
            pairs = [self.timer_lags(rate, spin_us) for _ in range(self.plan.repetitions)]
            # A twin that spins is late by one look at the clock; a ratio to that judges a task's wake, not a timer.
            for key, bar in (("p99_us", None if spin_us else 1.2), ("p50_us", None)):
                yield Row(
                    "timers", f"{key[:3]} lag at {rate:,}/s{spinning} / C twin",
                    [ours[key] / max(twin[key], 0.001) for ours, twin in pairs], "ratio of lag", most=bar,
                    details={
                        "ours_us": [round(ours[key], 3) for ours, _ in pairs],
                        "twin_us": [round(twin[key], 3) for _, twin in pairs]})

    def timer_lags(self, rate, spin_us):
        """Ours and the twin by turns in short slices; the median slice stands for the repetition, so that a
        millisecond lost by the machine in one of them does not decide. A loop that spins is not made a real-time
        one: the kernel would take its core away for 50 ms of each second."""
        ours = [
            self.workshop.runtime_bench(), "timers", "--rate", rate, "--spin", spin_us, "--seconds",
            self.plan.slice_s]
        twin = [self.workshop.twin("timer-twin"), rate, self.plan.slice_s, spin_us, 64]
        slices, log = {"ours": [], "twin": []}, self.workshop.log("timers")
        for index in range(self.plan.slices):
            for name in ("ours", "twin") if index % 2 == 0 else ("twin", "ours"):
                command = ours if name == "ours" else twin
                with Process(command, CLIENT_CORE, log, realtime=spin_us == 0) as process:
                    slices[name].append(json.loads(process.finish()))
        return tuple(
            {key: statistics.median(piece[key] for piece in slices[name]) for key in ("p50_us", "p99_us")}
            for name in ("ours", "twin"))

    # MARK: Simulation

    def simulate(self):
        progress("simulate: exchanges")
        command = [self.workshop.runtime_bench(), "simulate", "--exchanges", self.plan.exchanges]
        values = []
        for _ in range(self.plan.repetitions):
            with Process(command, CLIENT_CORE, self.workshop.log("simulate")) as process:
                values.append(json.loads(process.finish())["exchanges_per_second"])
        yield Row("simulate", "exchanges of client and server", values, "per second of wall time", least=250_000)

    def trace(self):
        progress("trace: 20 processes, debug and release")
        one = [self.trace_of(1) for _ in range(20)] + [self.trace_of(1, "debug") for _ in range(2)]
        others = [self.trace_of(seed) for seed in range(2, 6)]
        yield Row(
            "trace", "hashes of one seed, 20 release and 2 debug runs", [len(set(one))], "hashes", most=1,
            details={"hashes": sorted(set(one))})
        yield Row(
            "trace", "hashes of five seeds", [len({one[0], *others})], "hashes", least=5,
            details={"hashes": [one[0], *others]})

    def trace_of(self, seed, configuration="release"):
        command = [self.workshop.runtime_bench(configuration), "trace", "--seed", seed]
        with Process(command, None, self.workshop.log("trace")) as process:
            report = json.loads(process.finish())
        return f"{report['trace']}/{report['events']}/{report['answered']}/{report['virtual_ns']}"

    # MARK: Evidence

    def audit(self):
        """The evidence of ten million payments brought together and asked, ids in the order of time and in none."""
        for name, words in (("ids in the order of time", ()), ("ids in no order", ("--shuffled",))):
            progress(f"audit: ten million payments, {name}")
            runs = [self.audited(words) for _ in range(self.plan.repetitions)]
            bound = {} if words else {"most": 90}
            yield Row("audit", f"import and checks, {name}", [run["total_s"] for run in runs], "s", **bound)
            bound = {} if words else {"most": 1_000}
            yield Row("audit", f"memory, {name}", [run["peak_mb"] for run in runs], "MB", **bound)

    def audited(self, words):
        folder = self.workshop.folder / f"audit-{time.monotonic_ns()}"
        folder.mkdir()
        try:
            command = [self.workshop.product("AuditBench"), "10000000", folder, *words]
            # Two threads ask it, so no core is kept from it.
            return json.loads(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
        finally:
            shutil.rmtree(folder)

    def evidence(self):
        """An intent and its ending, and the twin's copy of the same bytes, by turns in one process."""
        progress("evidence: intents and endings")
        command = [self.workshop.product("EvidenceBench"), self.workshop.folder, self.plan.repetitions]
        with Process(command, CLIENT_CORE, self.workshop.log("evidence")) as process:
            report = json.loads(process.finish())
        ours, twin = report["ours_ns"], report["twin_ns"]
        yield Row("evidence", "a request recorded", [ns / 1e3 for ns in ours], "us", most=0.3, details=report)
        yield Row(
            "evidence", "a request recorded / its bytes copied", [own / copied for own, copied in zip(ours, twin)],
            "ratio of time")
        yield Row("evidence", "allocations", [report["allocations"]], "per request", most=0.01)
        yield Row("evidence", "an entry of a journal", [ns / 1e3 for ns in report["entry_ns"]], "us", most=0.1)
        yield Row(
            "evidence", "an entry, segments made late", [ns / 1e3 for ns in report["entry_alone_ns"]], "us")
        yield Row("evidence", "allocations in a journal", [report["entry_allocations"]], "per entry", most=0.01)
        yield Row(
            "evidence", "a line of a statement", [ns / 1e3 for ns in report["statement_line_ns"]], "us")
        yield Row(
            "evidence", "a line of a foreign source", [ns / 1e3 for ns in report["source_line_ns"]], "us", most=1)
        yield Row("evidence", "allocations in a source", [report["source_allocations"]], "per line", most=0.01)
        yield Row("evidence", "a record of a CSV", [ns / 1e3 for ns in report["source_record_ns"]], "us")
        yield Row("evidence", "a row of a query", [ns / 1e3 for ns in report["source_row_ns"]], "us")

    # MARK: Idle connections

    def idle(self):
        for tls in (False, True):
            progress(f"idle: {self.plan.idle_connections:,} connections{' over TLS' if tls else ''}")
            pairs = [self.idle_growth(tls) for _ in range(self.plan.repetitions if not tls else 1)]
            for side, name in enumerate(("server", "client")):
                yield Row(
                    "idle", f"{name}, {self.plan.idle_connections:,} connections{' over TLS' if tls else ''}",
                    [pair[side] for pair in pairs], "MB of growth", most=None if tls else 100)

    def idle_growth(self, tls):
        count = self.plan.idle_connections
        with OurServer(self.workshop, tls=tls) as server:
            command = [self.workshop.runtime_bench(), "idle", server.address, "--connections", count]
            command += ["--authority", self.workshop.certificates()[0]] if tls else []
            with Process(command, CLIENT_CORE, self.workshop.log("idle"), stdin=subprocess.PIPE) as client:
                client.read_report()
                before = server.process.resident_kib(), client.resident_kib()
                client.child.stdin.write(b"go\n")
                client.child.stdin.flush()
                opened = client.read_report(seconds_max=120)["open"]
                held = server.counts()["connections"]
                after = server.process.resident_kib(), client.resident_kib()
                client.child.stdin.close()
                client.child.stdin = None
                client.finish()
        if min(opened, held) < count:
            raise BenchError(f"only {opened} connections were opened and {held} held, of {count}")
        return tuple((late - early) * 1024 / 1e6 for early, late in zip(before, after))
