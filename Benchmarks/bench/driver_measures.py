"""The measures of the whole driver: what a request costs it, when its requests arrive, and what it holds.

All of them run `spillway run PLAN`: what is measured is the program that people start."""

import resource
import statistics
import time

import drivers
from processes import CLIENT_CORE, BenchError, Process
from repetitions import interleaved, progress, ratio_rows
from results import Row
from servers import OurServer

DRIVER_NAMES = ("driver", "arrivals", "hold50k", "rss", "plan")


class DriverMeasures:
    """Part of `Measures`, which has the workshop and the plan."""

    METHODS = {"plan": "plan_check"}

    # MARK: Cost

    def driver(self):
        drivers.require_run(self.workshop)
        rate = self.plan.rate
        # Each arrival at its own instant, each answer by itself; then in batches of a millisecond on both sides; then
        # as fast as the server answers. The first has a wake for each arrival, which a client without a schedule lacks.
        for name, pace, tick, arrivals in (
                (f"spaced at {rate:,}/s", rate, 1, "uniform"),
                (f"batched at {rate:,}/s", rate, 1000, f"bursts size={rate // 1000}"),
                ("closed, saturated", 0, 1, "uniform")):
            yield from self.driver_beside(
                "wrk", name, pace, tick, arrivals, 1.15,
                lambda server, seconds: drivers.wrk(self.workshop, server.address, seconds))
        # Late, so that what k6 lacks does not hide the rows that need none of it.
        drivers.k6_binary(self.workshop)
        for name, rate in ((f"spaced at {self.plan.k6_rate:,}/s", self.plan.k6_rate), ("closed, saturated", 0)):
            yield from self.driver_beside(
                "k6", name, rate, 1, "uniform", 1 / 6,
                lambda server, seconds, rate=rate: drivers.k6(self.workshop, server.address, rate, seconds))

    def driver_beside(self, peer, name, rate, tick, arrivals, most, peer_command):
        subject = f"whole driver, {name}"
        progress(f"driver: {subject} beside {peer}")
        window = self.plan.window_s
        seconds = window + 3
        with OurServer(self.workshop, pace=rate, tick_us=tick, json=drivers.ANSWER) as server:
            def one(name):
                command = drivers.ours(self.workshop, server.address, rate, seconds, arrivals) if name == "ours" \
                    else peer_command(server, seconds)
                return drivers.measure(command, self.workshop, server, window)

            # Only a rate makes the two do the same.
            kept, redone = interleaved(("ours", peer), self.plan.repetitions, one, must_agree=rate > 0)
        yield from ratio_rows("driver", subject, (peer,), kept, redone, {peer: most}, self.plan.repetitions)

    # MARK: Arrivals

    def arrivals(self):
        """The receiver and its twin need nothing of ours; k6 is beside them at the rate that it can hold."""
        drivers.require_run(self.workshop)
        for rate, bars in ((1_000, {"twin": 1.3, "k6": 1 / 20}), (10_000, {"twin": 1.3})):
            progress(f"arrivals: {rate:,}/s")
            repetitions = [self.deviations(rate, ("ours", *bars)) for _ in range(self.plan.repetitions)]
            for peer, most in bars.items():
                yield Row(
                    "arrivals", f"p99 deviation at {rate:,}/s / {'C twin' if peer == 'twin' else peer}",
                    [runs["ours"]["p99_us"] / max(runs[peer]["p99_us"], 0.001) for runs in repetitions],
                    "ratio of deviation", most=most,
                    details={
                        f"{name}_{key}": [runs[name][key] for runs in repetitions]
                        for name in ("ours", peer) for key in ("p50_us", "p99_us", "p999_us")})

    def deviations(self, rate, names):
        """By turns, in slices; the median slice stands for the repetition, as with timers."""
        seconds = 1 + 2 * self.plan.slice_s
        make = {
            "ours": lambda address: drivers.ours(self.workshop, address, rate, seconds),
            "twin": lambda address: drivers.twin(self.workshop, address, rate, seconds),
            "k6": lambda address: drivers.k6(self.workshop, address, rate, seconds),
        }
        slices = {name: [] for name in names}
        for index in range(self.plan.slices):
            for name in names if index % 2 == 0 else reversed(names):
                slices[name].append(drivers.deviations(make[name], self.workshop, rate, seconds))
        medians = {
            name: {key: statistics.median(piece[key] for piece in pieces) for key in ("p50_us", "p99_us", "p999_us")}
            for name, pieces in slices.items()}
        progress("; ".join(f"{name} p99 {figures['p99_us']:.1f} us" for name, figures in medians.items()))
        return medians

    # MARK: What it holds

    def hold50k(self):
        drivers.require_run(self.workshop)
        rate, seconds = 50_000, self.plan.hold_s
        progress(f"hold50k: {seconds} s")
        runs = [self.held(rate, seconds) for _ in range(self.plan.repetitions)]
        details = {key: [run[key] for run in runs] for key in runs[0]}
        yield Row("hold50k", f"arrivals dropped at {rate:,}/s", [run["dropped"] for run in runs], "arrivals", most=0,
                  details=details)
        yield Row("hold50k", f"achieved, of {rate:,}/s", [run["rate"] / rate for run in runs], "of the rate",
                  least=0.99, details=details)

    def held(self, rate, seconds):
        """What arrives at the server is what was not dropped. One core is the driver's, the other the server's."""
        planned = rate * seconds
        with OurServer(self.workshop, json=drivers.ANSWER) as server:
            command = drivers.ours(self.workshop, server.address, rate, seconds)
            with Process(command, CLIENT_CORE, self.workshop.log("driver")) as process:
                drivers.wait_for_traffic(process, server)
                first, began = server.requests(), time.monotonic()
                while (count := server.requests()) < planned * 0.99 and time.monotonic() < began + 2 * seconds:
                    time.sleep(0.02)
                took = time.monotonic() - began
                process.finish(statuses=drivers.STATUSES)
            return {"dropped": max(0, planned - server.requests()), "rate": (count - first) / took}

    def rss(self):
        drivers.require_run(self.workshop)
        rate, (early, late) = 50_000, self.plan.rss_requests
        progress(f"rss: {late:,} requests at {rate:,}/s")
        with OurServer(self.workshop, json=drivers.ANSWER) as server:
            command = drivers.ours(self.workshop, server.address, rate, late / rate + 2)
            with Process(command, CLIENT_CORE, self.workshop.log("driver")) as process:
                drivers.wait_for_traffic(process, server)
                samples = [self.memory_at(count, process, server) for count in (early, late)]
                process.finish(statuses=drivers.STATUSES)
        details = {key: [sample[key] for sample in samples] for key in samples[0]}
        yield Row(
            "rss", f"after {late:,} requests / after {early:,}", [samples[1]["VmRSS"] / samples[0]["VmRSS"]],
            "ratio of resident memory", most=1.05, details=details)
        yield Row("rss", f"after {late:,} requests", [samples[1]["VmRSS"] * 1024 / 1e6], "MB", details=details)

    @staticmethod
    def memory_at(count, process, server):
        """The median of a second: a segment of evidence, which fills in less, is resident as far as it is written."""
        while server.requests() < count:
            if process.child.poll() is not None:
                raise BenchError(f"the driver ended before {count:,} requests: {process.errors()}")
            time.sleep(0.05)
        samples = []
        for _ in range(21):
            samples.append(process.memory_kib())
            time.sleep(0.05)
        return sorted(samples, key=lambda sample: sample["VmRSS"])[len(samples) // 2]

    # MARK: Plans

    def plan_check(self):
        """The whole process, from its start to its end."""
        lines = 2_000
        progress(f"plan: {lines:,} lines")
        path = drivers.long_plan(self.workshop.folder / "long.yaml", lines)
        values, cpu, yaml = [], [], self.yaml_load_ms(path)
        for _ in range(self.plan.repetitions):
            checks = [self.check_ms(path) for _ in range(11)]
            values.append(statistics.median(wall for wall, _ in checks))
            cpu.append(statistics.median(used for _, used in checks))
        yield Row("plan", f"a plan of {lines:,} lines, read and checked", values, "ms", most=50,
                  details={"cpu_ms": cpu, "python_yaml_load_ms": yaml})

    def check_ms(self, path):
        """Wall time, and what of it the process used: on a busy machine the rest was spent in line."""
        began, used = time.monotonic(), self.children_cpu_ms()
        with Process([self.workshop.spillway(), "check", path], CLIENT_CORE, self.workshop.log("check")) as process:
            process.finish()
        return (time.monotonic() - began) * 1000, self.children_cpu_ms() - used

    @staticmethod
    def children_cpu_ms():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (usage.ru_utime + usage.ru_stime) * 1000

    @staticmethod
    def yaml_load_ms(path):
        """For scale: Python's YAML over the same library, where it is installed. It checks nothing."""
        try:
            import yaml
        except ImportError:
            return None
        text = path.read_text()
        began = time.monotonic()
        yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return round((time.monotonic() - began) * 1000, 2)
