"""Reads the files of stored reports with libraries that are not ours, and holds them against each other.

usage: check_report.py SCHEMAS FOLDER...

SCHEMAS is the folder with report.schema.json and junit.xsd. Says what is wrong with which file, and exits 1 then.
"""

import csv
import json
import os
import re
import subprocess
import sys

import jsonschema
import junitparser
from hdrh.histogram import HdrHistogram

# A reader of junit.xml must not be fed megabytes, and GitHub takes no longer comment.
JUNIT_BYTES_MAX = 4 << 20
SUMMARY_LENGTH_MAX = 65_536
SUMMARY_LINES_MAX = 80


class Report:
    def __init__(self, schemas: str, folder: str):
        self.schemas = schemas
        self.folder = folder
        self.faults = []
        with open(self.path("report.json"), encoding="utf-8") as file:
            self.json = json.load(file)

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def text(self, name: str) -> str:
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return file.read()

    def must(self, holds: bool, name: str, words: str) -> None:
        if not holds:
            self.faults.append(f"{self.path(name)}: {words}")

    def check(self) -> list:
        for part in [self.check_json, self.check_junit, self.check_summary, self.check_series, self.check_latency]:
            try:
                part()
            except Exception as fault:  # whatever a library says, it is said of this part
                self.faults.append(f"{self.folder}: {part.__name__}: {type(fault).__name__}: {fault}")
        return self.faults

    def check_json(self) -> None:
        with open(os.path.join(self.schemas, "report.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        for fault in list(jsonschema.Draft202012Validator(schema).iter_errors(self.json))[:5]:
            place = "/".join(map(str, fault.absolute_path))
            self.must(False, "report.json", f"{place}: {fault.message[:300]}")

    def check_junit(self) -> None:
        name = "junit.xml"
        self.must(os.path.getsize(self.path(name)) <= JUNIT_BYTES_MAX, name, "it is too long")
        schema = os.path.join(self.schemas, "junit.xsd")
        linted = subprocess.run(
            ["xmllint", "--nonet", "--noout", "--schema", schema, self.path(name)], capture_output=True, text=True
        )
        self.must(linted.returncode == 0, name, linted.stderr[:600])
        suites = junitparser.JUnitXml.fromfile(self.path(name))
        told = (suites.tests, suites.failures, suites.errors)
        cases = [case for suite in suites for case in suite]
        failures = sum(any(isinstance(r, junitparser.Failure) for r in case.result) for case in cases)
        errors = sum(any(isinstance(r, junitparser.Error) for r in case.result) for case in cases)
        self.must(told == (len(cases), failures, errors), name, f"it counts {told} and has {len(cases)}, {failures}, {errors}")
        names = [(case.classname, case.name) for case in cases]
        self.must(len(names) == len(set(names)), name, "two cases have one name")
        is_green = self.json["outcome"]["verdict"] == "met"
        self.must(is_green == (failures + errors == 0), name, f"green is {is_green}, and {failures + errors} cases are red")
        judged = sum(suite.tests for suite in suites if suite.name.rsplit(".", 1)[-1] not in ["run", "audit"])
        wanted = len(self.json["verdicts"])
        self.must(judged == wanted or wanted > 400, name, f"{judged} cases of {wanted} verdicts")

    def check_summary(self) -> None:
        name, text = "summary.md", self.text("summary.md")
        self.must(len(text) < SUMMARY_LENGTH_MAX, name, "it is too long for a comment")
        self.must(text.count("\n") <= SUMMARY_LINES_MAX, name, "it has too many lines")
        self.must("<" not in text, name, "it has markup")
        self.must(not re.search(r"(?<!\\)`(?!spillway )[^`]*`(?!spillway)", text.replace("`" + self.replay() + "`", "")), name, "it has code of others")
        self.must(not re.search(r"://|www\.|@\w|(?<!\\)\]\(", text), name, "it links or calls somebody")
        self.must(not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text), name, "it has controls")
        bars = {re.sub(r"\\.", "", line).count("|") for line in text.split("\n") if line.startswith("|")}
        self.must(bars <= {5, 9}, name, f"rows of its tables have {sorted(bars)} bars")

    def replay(self) -> str:
        identity = self.json["run"]["identity"]
        verb = "rehearse" if identity.get("world") == "rehearsed" else "run"
        return f"spillway {verb} PLAN --seed {identity['seed']}"

    def check_series(self) -> None:
        name, run = "series.csv", self.json["run"]
        text = self.text(name)
        self.must(text.count("\n") == text.count("\r\n"), name, "a line does not end in CR LF")
        rows = list(csv.reader(text.splitlines(), strict=True))
        head, rows = rows[0], rows[1:]
        self.must(len(rows) == len(run["slices"]), name, f"{len(rows)} rows of {len(run['slices'])} slices")
        self.must({len(row) for row in rows} <= {len(head)}, name, "a row has another number of cells than the head")
        for cell in head + [row[1] for row in rows]:
            self.must(cell[:1] not in ["=", "+", "-", "@", "\t", "\r"], name, f"'{cell}' is a formula")
        for place, key in [(head.index("offered"), "scheduled"), (head.index("dropped"), "dropped")]:
            told, is_so = sum(int(row[place]) for row in rows), sum(piece[key] for piece in run["slices"])
            self.must(told == is_so, name, f"{head[place]} sums to {told}, not {is_so}")
        for outcome in ["ok", "shed", "unknown"]:
            told = sum(int(row[head.index(outcome)]) for row in rows)
            is_so = sum(cell["outcomes"].get(outcome, 0) for piece in run["slices"] for cell in piece["cells"])
            self.must(told == is_so, name, f"{outcome} sums to {told}, not {is_so}")
        self.must(len(head) == 23 + min(200, len(run["observed"])), name, f"{len(head)} columns")
        for row in rows:
            for cell in row[2:]:
                self.must(re.fullmatch(r"(-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?)?", cell) is not None, name, f"'{cell}' is no number")

    def latencies(self):
        """The corrected latencies of all requests of stages that count, as another library merges them."""
        merged, steps = None, self.json["run"]["steps"]
        for stage in self.json["run"]["stages"]:
            for cell in stage["cells"] if stage["counts_for_verdicts"] else []:
                if steps[cell["step"]]["is_request"] and "corrected" in cell:
                    part = HdrHistogram.decode(cell["corrected"]["hdr"])
                    if merged is None:
                        merged = part
                    else:
                        merged.add(part)
        return merged

    def check_latency(self) -> None:
        name, histogram = "latency.hgrm", self.latencies()
        lines = self.text(name).split("\n")
        self.must(lines[0].split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"], name, "no head")
        rows = [line.split() for line in lines if line and not line.startswith("#[") and "Value" not in line]
        footer = dict(re.findall(r"(Mean|StdDeviation|Max|Total count|Buckets|SubBuckets) *= *([0-9.]+)", "\n".join(lines)))
        if histogram is None:
            self.must(not rows and footer.get("Total count") == "0", name, "nothing was admitted, and it has rows")
            return
        counted = {}
        for item in histogram.get_recorded_iterator():
            value = histogram.get_highest_equivalent_value(item.value_iterated_to)
            counted[f"{value / 1e6:.3f}"] = item.total_count_to_this_value
        for value, share, count, *distance in rows:
            # Values that are one in three places follow each other; the last of them is what the library told.
            self.must(value in counted and int(count) <= counted[value], name, f"{value} with {count} is not counted so")
            self.must(int(count) >= float(share) * histogram.total_count - 1e-6, name, f"{count} is less than {share}")
            if distance:
                expected = 1 / (1 - float(share))
                self.must(abs(float(distance[0]) - expected) <= 0.006 + 1e-3 * expected, name, f"{distance[0]} beside {share}")
        self.must(rows[-1][1] == "1.000000000000" and len(rows[-1]) == 3, name, "it does not end at 100 %")
        self.must(int(rows[-1][2]) == histogram.total_count, name, "it does not count all")
        expected = {
            "Mean": f"{histogram.get_mean_value() / 1e6:.3f}", "StdDeviation": f"{histogram.get_stddev() / 1e6:.3f}",
            "Max": f"{histogram.get_max_value() / 1e6:.3f}", "Total count": str(histogram.total_count),
            "Buckets": str(histogram.bucket_count), "SubBuckets": str(histogram.sub_bucket_count),
        }
        for word, figure in expected.items():
            is_close = word in footer and abs(float(footer[word]) - float(figure)) <= 0.0015
            self.must(is_close, name, f"{word} is {footer.get(word)}, not {figure}")


def main() -> int:
    if len(sys.argv) < 3:
        print(f"usage: {sys.argv[0]} REPOSITORY FOLDER...", file=sys.stderr)
        return 2
    faults = [fault for folder in sys.argv[2:] for fault in Report(sys.argv[1], folder).check()]
    print("\n".join(faults[:50]))
    return 1 if faults else 0


sys.exit(main())
