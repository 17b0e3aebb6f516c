import Numerals
import PlanModel
import Timebase
import Traffic

extension TrafficRehearsal {
    func lines(for terminal: Terminal) -> [String] {
        let chart = RateChart(preview, length: traffic.length, terminal: terminal)
        let blocks = [
            heading.flatMap { Paragraph.wrapped($0, columns: terminal.columns) }, chart.lines, stageTable.lines,
            journeyTable.lines, estimates.flatMap { Paragraph.wrapped($0, columns: terminal.columns) },
        ]
        return Array(blocks.joined(separator: [""]))
    }

    private var heading: [String] {
        let seen = preview
        let counted =
            "\(Figures.grouped(seen.scheduled)) arrivals in \(Figures.clock(traffic.length)) with seed \(seed) "
            + "(\(arrivals), \(Figures.grouped(Int(seen.expected.rounded()))) expected)"
        return [plan.name + (plan.about.map { ": " + $0 } ?? ""), counted]
    }

    private var stageTable: Table {
        var table = Table(["", "stage", "kind", "from", "for", "rate", "expected", "scheduled"], left: 1...2)
        for (index, row) in stages.enumerated() {
            table.add([
                "\(index + 1)", row.name, row.countsForVerdicts ? row.kind : row.kind + " *",
                Figures.clock(row.span.lowerBound), Figures.clock(row.span.upperBound - row.span.lowerBound),
                row.pace, row.expected.map { Figures.grouped(Int($0.rounded())) } ?? "-",
                row.scheduled.map(Figures.grouped) ?? "-",
            ])
        }
        return table
    }

    private var journeyTable: Table {
        var table = Table(["journey", "priority", "share", "expected", "requests each"], left: 1...1)
        for row in journeys {
            table.add([
                row.name, row.priority.rawValue, Figures.percent(row.share),
                Figures.grouped(Int(row.expected.rounded())),
                "\(row.requests)",
            ])
        }
        return table
    }

    private var estimates: [String] {
        [
            "* no verdict counts a warm-up",
            "expected: on average; scheduled: with this seed. A journey's requests are without retries.",
            "",
            "At the peak, if each request takes \(estimate.latency) (--latency):",
            "  requests        \(Figures.rate(estimate.requestsPerSecondPeak))",
            "  connections     \(Figures.ceiling(estimate.connectionsPeak)) of \(Figures.grouped(plan.target.connections))"
                + (estimate.connectionsPeak > Double(plan.target.connections)
                    ? ": too few, requests will wait for one" : ""),
            "  open arrivals   \(Figures.ceiling(estimate.openArrivalsPeak)) of \(Figures.grouped(plan.target.inFlight))"
                + (estimate.openArrivalsPeak > Double(plan.target.inFlight)
                    ? ": too few, arrivals beyond them will be dropped" : "") + silence,
            "  cores           \(estimate.cores < 0.01 ? "under 0.01" : Figures.threeDigits(estimate.cores)), at "
                + "\(Figures.span(LoadEstimate.cpuPerRequest)) of CPU a request",
            "  evidence        \(Figures.bytes(estimate.evidenceBytes)) on disk, in all",
            "Retries, duplicates, repeated polls and waits for webhooks come on top.",
        ].filter { !$0.hasPrefix("*") || stages.contains { !$0.countsForVerdicts } }
    }

    private var silence: String {
        guard let span = estimate.untilDropped, estimate.openArrivalsPeak <= Double(plan.target.inFlight) else {
            return ""
        }
        return "; a target silent for \(Figures.span(span)) fills them, and arrivals are dropped"
    }
}

extension TrafficRehearsal.StageRow {
    var pace: String {
        if let users { return "\(Figures.grouped(users)) users" }
        if let replayed {
            return "\(Figures.grouped(replayed.count)) recorded, \(Figures.threeDigits(replayed.speed))x"
        }
        guard let rate, rate.from > 0 || rate.to > 0 else { return "-" }
        return rate.from == rate.to
            ? Figures.rate(rate.from) : "\(Figures.rate(rate.from)) to \(Figures.rate(rate.to))"
    }
}
