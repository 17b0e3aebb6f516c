"""What the live page costs the driver: runs without it, with it, and with viewers, by turns."""

import os
import pathlib
import subprocess
import sys
import time

import clients
import drivers
from processes import CLIENT_CORE, SERVER_CORE, BenchError, Process, free_port
from repetitions import interleaved, progress
from results import Row
from servers import OurServer

LIVE_NAMES = ("live",)
VIEWERS = 8
THREAD = "live"


class LiveMeasures:
    """Part of `Measures`, which has the workshop and the plan."""

    def live(self):
        drivers.require_run(self.workshop)
        rate = self.plan.rate
        progress(f"live: {VIEWERS} viewers at {rate:,}/s")
        names = {"without a page": None, "nobody looks": 0, f"{VIEWERS} viewers": VIEWERS}
        with OurServer(self.workshop, pace=rate, tick_us=1, json=drivers.ANSWER) as server:
            kept, _ = interleaved(
                names, self.plan.repetitions, lambda name: self.watched(server, names[name]), must_agree=False)
        without, nobody, looked = ([runs[name] for runs in kept] for name in names)
        details = {f"{name}: {key}": [round(runs[name][key], 5) for runs in kept]
                   for name in names for key in ("us", "page_us", "rate")}
        # The page has a thread of its own, so its share is seen within one run, whatever else disturbs the machine. With
        # what the page costs by itself it is rather too much for the viewers.
        yield Row("live", f"a viewer at {rate:,}/s, of {VIEWERS}",
                  [self.share(many) / VIEWERS for many in looked], "% of the driver's CPU", most=1, details=details)
        yield Row("live", "the page's thread, nobody looks", [self.share(none) for none in nobody],
                  "% of the driver's CPU")
        yield Row("live", f"the whole driver with {VIEWERS} viewers / without a page",
                  [many["us"] / bare["us"] for many, bare in zip(looked, without)], "ratio of CPU per request")

    @staticmethod
    def share(run):
        return 100 * run["page_us"] / (run["us"] - run["page_us"])

    def watched(self, server, viewers):
        """CPU of the driver's process and of its page's thread alone, per request that the server counted."""
        window = 2 * self.plan.window_s
        address = f"127.0.0.1:{free_port()}"
        command = drivers.ours(self.workshop, server.address, self.plan.rate, window + 4)
        if viewers is not None:
            command += ["--live", address]
        with Process(command, CLIENT_CORE, self.workshop.log("driver")) as process:
            drivers.wait_for_traffic(process, server)
            readers = self.readers(address, viewers) if viewers else None
            try:
                time.sleep(clients.WARM_UP_S)
                before = self.figures(process, server)
                time.sleep(window)
                after = self.figures(process, server)
                if readers:
                    self.dismiss(readers, seconds=window - 2)
            finally:
                if readers:
                    readers.stop()
            process.finish(statuses=drivers.STATUSES)
        requests, cpu, page, took = (late - early for late, early in zip(after, before))
        if requests <= 0:
            raise BenchError("the driver sent no request in the window")
        return {"us": cpu / requests, "page_us": page / requests, "rate": requests / took}

    def readers(self, address, count):
        command = [sys.executable, pathlib.Path(__file__).with_name("viewers.py"), address, count]
        return Process(command, SERVER_CORE, self.workshop.log("viewers"), stdin=subprocess.PIPE)

    @staticmethod
    def dismiss(readers, seconds):
        readers.child.stdin.close()
        readers.child.stdin = None
        report = readers.read_report(10)
        if report["seconds_least"] < seconds:
            raise BenchError(f"a viewer was told {report['seconds_least']} seconds of {seconds}")

    @classmethod
    def figures(cls, process, server):
        return server.requests(), process.cpu_us(), cls.page_us(process.child.pid), time.monotonic()

    @staticmethod
    def page_us(pid):
        """Of the thread by its name; zero where there is none."""
        spent = 0
        for thread in os.listdir(f"/proc/{pid}/task"):
            folder = pathlib.Path(f"/proc/{pid}/task/{thread}")
            if (folder / "comm").read_text().strip() == THREAD:
                spent += int((folder / "schedstat").read_text().split()[0]) / 1000
        return spent
