"""The clients: ours, wrk and h2load, each with one thread and the same number of connections."""

import math
import re
import time

from processes import CLIENT_CORE, BenchError, Process

CONNECTIONS = 64
WARM_UP_S = 0.8
TAIL_S = 0.4


def command(tool, workshop, server, seconds):
    if tool == "ours":
        words = [workshop.runtime_bench(), "load", server.address, "--connections", CONNECTIONS, "--seconds", seconds]
        return words + (["--authority", workshop.certificates()[0]] if server.scheme == "https" else [])
    whole = math.ceil(seconds)
    if tool == "wrk":
        return ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{whole}s", server.url]
    return ["h2load", "--h1", f"-c{CONNECTIONS}", "-t1", "-D", str(whole), server.url]


def check(tool, output):
    """A client that measures failures measures nothing."""
    failures = {
        "ours": r'"failed": ([1-9]\d*)',
        "wrk": r"(Socket errors:.*|Non-2xx or 3xx responses: \d+)",
        "h2load": r"(?:, )([1-9]\d*) (?:failed|errored)",
    }[tool]
    if found := re.search(failures, output):
        raise BenchError(f"{tool} saw failures: {found.group(0).strip()}")


def measure(tool, workshop, server, window_s):
    """CPU of the client, per request that the server counted, in a window without the client's start and end."""
    words = command(tool, workshop, server, WARM_UP_S + window_s + TAIL_S)
    with Process(words, CLIENT_CORE, workshop.log(tool)) as process:
        time.sleep(WARM_UP_S)
        from_requests, from_cpu, from_time = server.requests(), process.cpu_us(), time.monotonic()
        time.sleep(window_s)
        to_requests, to_cpu, to_time = server.requests(), process.cpu_us(), time.monotonic()
        check(tool, process.finish())
    # nginx counts the request that asks as well.
    requests = to_requests - from_requests - (1 if server.name == "nginx" else 0)
    if requests <= 0:
        raise BenchError(f"{tool} sent no request to {server.name} in the window")
    return {"us": (to_cpu - from_cpu) / requests, "rate": requests / (to_time - from_time)}
