import Evidence
import Numerals
import StackVocabulary

/// What was seen inside of the stack, and of its banks, beside the load: queues and limits, refusals, shares, breakers, retries.
/// There is a chart for what the run has series of, and none for what it has not.
extension RunPlot {
    var stack: [Chart] {
        guard !timeline.columns.isEmpty else { return [] }
        return [queue, age, door, refusals, backlog].compactMap(\.self)
    }

    var banks: [Chart] {
        guard !timeline.columns.isEmpty, !channels.isEmpty else { return [] }
        return [shares, breakers, busy, amplification, writes, failures, late].compactMap(\.self)
    }

    // MARK: The stack

    private var queue: Chart? {
        guard let series = vital(.queueDepth) else { return nil }
        let depth = gauge(series)
        let cap = record.stack.map { Double($0.setting.queueMax) }
        // A cap that was never neared would press the line to the ground.
        let isNear = cap.map { depth.greatest * 4 >= $0 } ?? false
        let limit = isNear ? cap.map { [level("its cap", $0)] } ?? [] : []
        return chart(
            "queue",
            Words(
                title: "Queue",
                caption: "payments that wait before the work" + (cap.map { "; cap \(RunPlot.number($0))" } ?? ""),
                summary: "At most \(RunPlot.number(depth.greatest)) payments waited."),
            [Line(name: "depth", ink: .started, values: depth)] + limit, isSmall: true)
    }

    private var age: Chart? {
        guard let series = vital(.queueAge) else { return nil }
        let ages = gauge(series)
        return chart(
            "queue-age",
            Words(
                title: "Age of the queue",
                caption: "how long the oldest has waited"
                    + (record.stack.map { "; limit \($0.setting.queueAgeMax)" } ?? ""),
                summary: "The oldest waited \(RunPlot.latency(ages.greatest * 1e9))."),
            [Line(name: "oldest", ink: .p99, values: ages)], isSmall: true
        ) { RunPlot.latency($0 * 1e9) }
    }

    private var door: Chart? {
        let lines = [
            (StackVital.concurrencyLimit, "limit of concurrency", Ink.limit, true),
            (.inside, "inside", Ink.started, false),
        ].compactMap { vital, name, ink, isDashed in
            self.vital(vital).map { Line(name: name, ink: ink, isDashed: isDashed, values: gauge($0)) }
        }
        guard let inside = lines.last else { return nil }
        return chart(
            "door",
            Words(
                title: "Under way inside", caption: "payments in the stack, and how many it lets in at once",
                summary: "At most \(RunPlot.number(inside.values.greatest)) were inside."),
            lines, isSmall: true)
    }

    private var refusals: Chart? {
        let lines = Limit.allCases.enumerated().compactMap { place, limit -> Line? in
            guard let series = vital(.refused(limit)) else { return nil }
            let rates = growth(series)
            return rates.greatest > 0 ? Line(name: limit.rawValue, ink: .series(place), values: rates) : nil
        }
        guard !lines.isEmpty else { return nil }
        return chart(
            "refusals",
            Words(
                title: "Refused by limit", caption: "per second, by the limit that turned them away",
                summary: lines.map { "\($0.name) at most \(Figures.rate($0.values.greatest))" }.joined(separator: ", ")
                    + "."),
            lines, isSmall: true)
    }

    private var backlog: Chart? {
        let all: [(StackVital, String)] = [
            (.unknown, "unknown payments"), (.openQuestions, "open questions to banks"), (.outbox, "outbox"),
            (.storeWaiting, "waiting for the store"),
        ]
        let lines = all.enumerated().compactMap { place, one -> Line? in
            vital(one.0).map { Line(name: one.1, ink: .series(place), values: gauge($0)) }
        }
        guard lines.contains(where: { $0.values.greatest > 0 }) else { return nil }
        return chart(
            "backlog",
            Words(
                title: "Left to do", caption: "what the stack still owed somebody",
                summary: lines.map { "\($0.name) at most \(RunPlot.number($0.values.greatest))" }.joined(
                    separator: ", ") + "."),
            lines, isSmall: true)
    }

    // MARK: Its banks

    private var channels: [String] {
        let all = record.channels.map(\.channel)
        return Array((all.isEmpty ? told(StackVital.share) : all).prefix(PageLimits.channelsMax))
    }

    /// Channels of which the run only has series.
    private func told(_ vital: (String) -> StackVital) -> [String] {
        let ending = vital("").name
        return record.observed.map(\.name).filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }

    }

    private func eachChannel(_ vital: (String) -> StackVital, values: (ObservedSeries) -> [Double?]) -> [Line] {
        channels.enumerated().compactMap { place, channel in
            self.vital(vital(channel)).map { Line(name: channel, ink: .series(place), values: values($0)) }
        }
    }

    private func eachFlow(_ values: (ChannelFlow) -> [Double?]) -> [Line] {
        record.channels.prefix(PageLimits.channelsMax).enumerated().map { place, flow in
            Line(name: flow.channel, ink: .series(place), values: values(flow))
        }
    }

    private var shares: Chart? {
        let lines = eachChannel(StackVital.share, values: gauge)
        return drawn(
            "shares", "Shares of the channels", "part of the payments that the router gives each bank", lines, top: 1,
            label: Figures.percent)
    }

    private var breakers: Chart? {
        let lines = eachChannel(StackVital.breakersOpen, values: gauge)
        guard lines.contains(where: { $0.values.greatest > 0 }) else { return nil }
        return drawn("breakers", "Open breakers", "circuit breakers that let nothing through, by channel", lines)
    }

    private var busy: Chart? {
        let limits = eachChannel(StackVital.limit, values: gauge).map { line in
            Line(name: "\(line.name), limit", ink: line.ink, isDashed: true, values: line.values)
        }
        return drawn(
            "busy", "Under way at the banks", "calls in flight, and how many each channel is allowed",
            eachChannel(StackVital.inFlight, values: gauge) + limits)
    }

    private var amplification: Chart? {
        let lines = eachFlow { ratio($0.writes, of: $0.firsts) }
        let queries = eachFlow { ratio($0.queries, of: $0.firsts) }.filter { $0.values.greatest > 0 }.map { line in
            Line(name: "\(line.name), queries", ink: line.ink, isDashed: true, values: line.values)
        }
        guard lines.contains(where: { $0.values.greatest > 0 }) else { return nil }
        return drawn(
            "amplification", "Retry amplification", "writes at the bank for each first one; dashed: queries for each",
            lines + queries)
    }

    private var writes: Chart? {
        drawn(
            "bank-writes", "Writes at the banks", "requests per second that ask a bank to move money",
            eachFlow { rate($0.writes) })
    }

    private var failures: Chart? {
        let lines = eachFlow { rate($0.failed) }
        guard lines.contains(where: { $0.values.greatest > 0 }) else { return nil }
        return drawn(
            "bank-failures", "Not answered well by the banks", "per second: 429, 5xx, nothing, or nothing whole", lines)
    }

    private var late: Chart? {
        let lines = eachFlow { rate($0.late) }
        guard lines.contains(where: { $0.values.greatest > 0 }) else { return nil }
        return drawn("bank-late", "Work for nobody", "writes per second whose sender had given up before", lines)
    }

    private func drawn(
        _ id: String, _ title: String, _ caption: String, _ lines: [Line], top: Double? = nil,
        label: @escaping (Double) -> String = RunPlot.number
    ) -> Chart? {
        guard !lines.isEmpty else { return nil }
        let told = lines.filter { !$0.isDashed }.map { "\($0.name) at most \(label($0.values.greatest))" }
        return chart(
            id, Words(title: title, caption: caption, summary: told.joined(separator: ", ") + "."), lines,
            isSmall: true, top: top,
            label: label)
    }

    // MARK: What the plan asked for

    /// Those that no other chart shows, as many as there is room for.
    var others: [Chart] {
        guard !timeline.columns.isEmpty else { return [] }
        return unshown.prefix(PageLimits.seriesMax).enumerated().map { place, series in
            let values = gauge(series)
            return chart(
                "series-\(place + 1)",
                Words(
                    title: series.name, caption: "read every \(series.every)",
                    summary: "At most \(RunPlot.number(values.greatest))."),
                [Line(name: series.name, ink: .series(place), values: values)], isSmall: true)
        }
    }

    /// Series for which there is no room.
    var seriesLeft: Int { max(0, unshown.count - PageLimits.seriesMax) }

    private var unshown: [ObservedSeries] {
        let all = record.channels.isEmpty ? told(StackVital.share) : record.channels.map(\.channel)
        let shown = Set(StackVital.all(channels: all).map(\.name) + [ObservedSeries.driverProcessor])
        return record.observed.filter { !shown.contains($0.name) }
    }

    private func level(_ name: String, _ value: Double) -> Line {
        Line(name: name, ink: .limit, isDashed: true, values: timeline.columns.map { _ in value })
    }
}
