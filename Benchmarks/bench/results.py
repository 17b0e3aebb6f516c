"""Rows of the table: a figure over the repetitions, its bar, and the verdict."""

import json
import statistics


class Row:
    """One figure. `values` has one entry a repetition; the verdict is the median's. Without a bar it only reports."""

    def __init__(self, measure, name, values, unit, most=None, least=None, details=None, problem=None):
        self.measure, self.name, self.values, self.unit = measure, name, values, unit
        self.most, self.least = most, least
        self.details = details or {}
        self.problem = problem

    @property
    def median(self):
        return statistics.median(self.values) if self.values else None

    @property
    def met(self):
        if self.most is None and self.least is None:
            return None
        if self.problem or not self.values:
            return False
        return (self.most is None or self.median <= self.most) and (self.least is None or self.median >= self.least)

    @property
    def verdict(self):
        if self.problem and not self.values:
            return "not measured"
        return {None: "", True: "met", False: "NOT MET"}[self.met]

    @property
    def bar(self):
        if self.most is not None:
            return f"<= {show(self.most)}"
        return f">= {show(self.least)}" if self.least is not None else ""

    def as_json(self):
        return {
            "measure": self.measure, "name": self.name, "unit": self.unit, "median": self.median,
            "min": min(self.values, default=None), "max": max(self.values, default=None), "values": self.values,
            "at_most": self.most, "at_least": self.least, "met": self.met, "problem": self.problem,
            "details": self.details,
        }


def show(value):
    if value is None:
        return "-"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}"


def table(rows):
    cells = [("", "median", "min .. max", "unit", "bar", "")]
    for row in rows:
        spread = f"{show(min(row.values))} .. {show(max(row.values))}" if row.values else "-"
        cells.append((f"{row.measure}: {row.name}", show(row.median), spread, row.unit, row.bar, row.verdict))
    widths = [max(len(line[column]) for line in cells) for column in range(6)]
    lines = []
    for line in cells:
        right = {1, 2, 4}
        lines.append("  ".join(
            text.rjust(width) if column in right else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths))).rstrip())
    for row in rows:
        if row.problem:
            lines.append(f"{row.measure}: {row.name}: {row.problem}")
    return "\n".join(lines)


def write_json(path, rows, context):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        json.dump({"version": 1, **context, "rows": [row.as_json() for row in rows]}, file, indent=2)
        file.write("\n")
