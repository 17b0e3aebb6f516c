"""A real Prometheus scrapes a real run: /metrics is what it says it is, and its figures move.

usage: check_metrics.py SPILLWAY

Everything runs on loopback, at free ports and in a temporary folder, for about a minute; what is started here is ended
here, by its own id. Says what was checked, and exits 1 at the first thing that is wrong.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS_MAX = 100
TRAFFIC_S = 40
TOKEN = "a-token-of-this-check"
PLAN = f"""plan: scraped
target: {{stack: embedded, connections: 50, in-flight: 500, timeout: 5s}}
stack: {{cores: 2, service: 1ms, store: memory}}
channels: {ROOT}/mocks/quickstart.yaml
data: {{merchant: {{pool: 100}}}}
journeys:
  pay:
    steps:
      - POST /v1/payments:
          headers: {{Idempotency-Key: "${{id}}", X-Merchant: "${{merchant}}"}}
          json: {{amount: 100, currency: EUR}}
          expect: {{status: [201, 202]}}
arrivals: uniform
traffic: [{{hold: {{for: {TRAFFIC_S}s, rate: 40/s, name: steady}}}}]
guards: [error ratio > 90% for 10s, p99 > 30s for 10s]
"""


class Wrong(Exception):
    pass


def end_in_time(*_):
    raise Wrong(f"it took more than {SECONDS_MAX} s")


@contextlib.contextmanager
def started(command, log, **more):
    with open(log, "wb") as output:
        child = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, **more)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def eventually(what, look, seconds=15):
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            print(f"  {what}: {found}")
            return found
        if time.monotonic() > deadline:
            raise Wrong(f"{what}: not within {seconds} s")
        time.sleep(0.2)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url, **fields):
    with urllib.request.urlopen(urllib.request.Request(url, headers=fields), timeout=5) as answer:
        return answer.read().decode()


def ask(prometheus, query):
    """The value of an instant query with one result; None where it has none yet."""
    try:
        answer = json.loads(fetch(f"{prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": query})))
    except (urllib.error.URLError, ConnectionError):
        return None
    result = answer["data"]["result"]
    value = float(result[0]["value"][1]) if len(result) == 1 else None
    return None if value is None or value != value else value


def order(url, path, body):
    request = urllib.request.Request(
        f"{url}control/{path}", data=json.dumps(body).encode(), method="POST",
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.status


def address_of(log):
    said = re.search(r"^live: (http://\S+/)", log.read_text(errors="replace"), re.MULTILINE)
    return said and said.group(1)


def check(spillway, folder):
    (folder / "scraped.yaml").write_text(PLAN)
    log = folder / "run.log"
    command = [spillway, "run", folder / "scraped.yaml", "--live", "127.0.0.1:0", "--out", folder / "out", "--quiet"]
    with started(command, log, env={**os.environ, "SPILLWAY_LIVE_TOKEN": TOKEN}) as run:
        url = eventually("the run says where its page is", lambda: address_of(log))
        if TOKEN in log.read_text():
            raise Wrong("a token that was given is told")
        port = free_port()
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s}\n"
            f"scrape_configs: [{{job_name: spillway, static_configs: [{{targets: ['{urllib.parse.urlsplit(url).netloc}']}}]}}]\n")
        with started(
                ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                 f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"], folder / "prometheus.log"):
            watch(url, f"http://127.0.0.1:{port}")
        try:
            code = run.wait(timeout=SECONDS_MAX)
        finally:
            sys.stdout.write("".join(f"    {line}\n" for line in log.read_text(errors="replace").splitlines()[-12:]))
    # Its rate was changed by hand, so nothing of its performance is judged.
    if code != 3:
        raise Wrong(f"the run ended with {code}")


def watch(url, prometheus):
    eventually("Prometheus says that it is up", lambda: ask(prometheus, "up") == 1)
    eventually("the run has figures", lambda: "request_duration" in fetch(f"{url}metrics"))
    text = fetch(f"{url}metrics")
    linted = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=10)
    if linted.returncode != 0:
        raise Wrong(f"promtool finds: {linted.stdout}{linted.stderr}")
    print("  promtool finds nothing wrong")
    eventually("payments a second", lambda: ask(prometheus, "sum(rate(spillway_steps_total[5s])) > 20"))
    if (rate := ask(prometheus, "sum(rate(spillway_steps_total[5s]))")) > 80:
        raise Wrong(f"{rate} payments a second of 40")
    p99 = eventually(
        "p99 in seconds", lambda: ask(
            prometheus,
            "histogram_quantile(0.99, sum by (le) (rate(spillway_request_duration_seconds_bucket[10s])))"))
    if not 0.0001 < p99 < 6:
        raise Wrong(f"a p99 of {p99} s")
    eventually(
        "every payment in a bucket", lambda: ask(
            prometheus, "sum(spillway_request_duration_seconds_count) == sum(spillway_steps_total{outcome=~"
            '"ok|declined|expectation_failed|unknown"})'))
    eventually("a guard's limit", lambda: ask(prometheus, 'spillway_guard_limit{guard=~"error.*"}') == 0.9)
    eventually("what is read of the stack", lambda: ask(prometheus, "count(spillway_observed_value)"))
    if order(url, "rate", {"factor": 1.5}) != 202:
        raise Wrong("an order was not taken")
    eventually("the rate that was ordered", lambda: ask(prometheus, "spillway_rate_factor") == 1.5)


def main(words):
    if len(words) != 1:
        print(__doc__.splitlines()[2], file=sys.stderr)
        return 2
    signal.signal(signal.SIGALRM, end_in_time)
    signal.signal(signal.SIGTERM, end_in_time)
    signal.alarm(SECONDS_MAX)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="spillway-live-") as folder:
            check(os.path.abspath(words[0]), pathlib.Path(folder))
    except Wrong as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 1
    print(f"scraped, in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
