"""Runs by turns, how they are compared, and what is said meanwhile."""

import sys

from results import Row

RATE_TOLERANCE = 0.03
REDONE_MAX = 4


def progress(words):
    print(f"  {words}", file=sys.stderr, flush=True)


def rates_agree(runs):
    rates = [run["rate"] for run in runs.values()]
    return max(rates) <= min(rates) * (1 + RATE_TOLERANCE)


def interleaved(names, repetitions, measure_one, must_agree):
    """Every name once a repetition, each repetition beginning with another one. Where the rates of a repetition differ
    by more than the tolerance it compares different work: a stall of the machine took from a rate that the other side
    holds. The slowest run is then done again, a few times at most, and a repetition that stays unequal is dropped."""
    names, kept, redone = list(names), [], 0
    for repetition in range(repetitions):
        order = [names[(place + repetition) % len(names)] for place in range(len(names))]
        runs = {name: measure_one(name) for name in order}
        for _ in range(REDONE_MAX if must_agree else 0):
            if rates_agree(runs):
                break
            redone += 1
            slowest = min(runs, key=lambda name: runs[name]["rate"])
            runs[slowest] = measure_one(slowest)
        progress("; ".join(f"{name} {run['us']:.2f} us at {run['rate']:,.0f}/s" for name, run in runs.items()))
        if not must_agree or rates_agree(runs):
            kept.append(runs)
    return kept, redone


def ratio_rows(measure, subject, peers, kept, redone, most, repetitions):
    """`most`: the bar by the peer's name."""
    rows = []
    for peer in peers:
        details = {
            f"{name}_{key}": [round(runs[name][key], 3) for runs in kept]
            for name in ("ours", peer) for key in kept[0]["ours"]
        } if kept else {}
        details["runs_redone_for_unequal_rates"] = redone
        problem = None
        if len(kept) < repetitions:
            problem = f"only {len(kept)} of {repetitions} repetitions had equal rates"
        rows.append(Row(
            measure, f"{subject} / {peer}", [runs["ours"]["us"] / runs[peer]["us"] for runs in kept],
            "ratio of CPU per request", most=most.get(peer), details=details, problem=problem))
    if kept:
        values = [runs["ours"]["us"] for runs in kept]
        rows.append(Row(measure, f"{subject}, alone", values, "us of CPU per request"))
    return rows
