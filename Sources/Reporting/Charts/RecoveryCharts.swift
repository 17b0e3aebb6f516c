import Evidence
import Timebase
import Verdicts

/// How the service came back: for each trouble, what was answered well and how fast, from shortly before it to the end of its
/// time to recover.
///
/// A trouble is a fault, faults that overlap, or a stage after which a target asks for recovery. What comes first is drawn.
struct RecoveryCharts {
    private static let before = TimeSpan.seconds(5)
    /// Behind its end, and at most so much as it lasted.
    private static let after = TimeSpan.seconds(20)

    let record: RunRecord
    let judgements: [Judgement]

    private struct Trouble {
        var name: String
        var span: Range<TimeSpan>
    }

    var sections: [Markup] {
        troubles.prefix(PageLimits.closeUpsMax).enumerated().compactMap { place, trouble in
            closeUp(of: trouble, id: "recovery-\(place + 1)-")
        }
    }

    private func closeUp(of trouble: Trouble, id: String) -> Markup? {
        let plot = RunPlot(record, within: window(of: trouble.span), prefix: id)
        guard !plot.timeline.columns.isEmpty else { return nil }
        return .element(
            "div", [("class", "close-up")],
            [.element("h3", [], "\(trouble.name), until \(TimeAxis.clock(trouble.span.upperBound))"), words(trouble)]
                + [.element("div", [("class", "pair")], plot.recovery.map { $0.figure(in: plot.frame) })])
    }

    private func window(of span: Range<TimeSpan>) -> Range<TimeSpan> {
        let end = record.stages.map(\.span.upperBound).max() ?? .zero
        let from = max(.zero, span.lowerBound - Self.before)
        return from..<max(from + .seconds(1), min(end, span.upperBound + Self.after))
    }

    /// What was judged of it: a target's time to recover begins with the later of the ends of its stage and of the faults in it.
    private func words(_ trouble: Trouble) -> Markup {
        let stage = record.stages.first { $0.span.contains(trouble.span.lowerBound) }
        let end = max(trouble.span.upperBound, stage?.span.upperBound ?? .zero)
        let told = judgements.filter { judgement in
            judgement.name == "recovery" && judgement.window.map { $0.span.lowerBound == end } ?? false
        }
        return Markup(
            told.map {
                .element("p", [], "\($0.status.words.capitalisedFirst): \($0.claim). \($0.observed.capitalisedFirst).")
            })
    }

    // MARK: Troubles

    private var troubles: [Trouble] {
        (faults + stages).sorted { $0.span.lowerBound < $1.span.lowerBound }
    }

    private var faults: [Trouble] {
        record.faults.sorted { $0.span.lowerBound < $1.span.lowerBound }.reduce(into: []) { troubles, fault in
            let name = "\(fault.channel): \(fault.what)"
            guard let last = troubles.last, fault.span.lowerBound < last.span.upperBound else {
                return troubles.append(Trouble(name: name, span: fault.span))
            }
            let end = max(last.span.upperBound, fault.span.upperBound)
            troubles[troubles.count - 1] = Trouble(name: "\(last.name); \(name)", span: last.span.lowerBound..<end)
        }
    }

    /// Where a target asks for recovery behind a stage, its window begins with the stage's end.
    private var stages: [Trouble] {
        let ends = Set(judgements.filter { $0.name == "recovery" }.compactMap(\.window?.span.lowerBound))
        return record.stages.filter { stage in
            ends.contains(stage.span.upperBound) && !record.faults.contains { $0.span.overlaps(stage.span) }
        }.map { Trouble(name: $0.name, span: $0.span) }
    }
}

extension RunPlot {
    fileprivate var recovery: [Chart] { [served, delay] }

    private var served: Chart {
        let offered = column { $0.rate($0.arrivals.scheduled) }
        let good = column { $0.rate($0.good) }
        let least =
            zip(good, offered).compactMap { good, offered in
                offered.flatMap { $0 > 0 ? (good ?? 0) / $0 : nil }
            }.min()
        return chart(
            "served",
            Words(
                title: "Goodput", caption: "answered correctly, per second",
                summary: least.map { "At the worst \(RunPlot.share($0)) of what was offered was answered correctly." }
                    ?? "Nothing was offered."),
            [
                Line(name: "offered", ink: .offered, isDashed: true, values: offered),
                Line(name: "goodput", ink: .good, values: good),
            ], isSmall: true)
    }

    private var delay: Chart {
        let p99 = timeline.columns.map { $0.corrected[99].map { Double($0) } }
        let p50 = timeline.columns.map { $0.corrected[50].map { Double($0) } }
        return chart(
            "delay",
            Words(
                title: "Latency", caption: "from the due instant, logarithmic",
                summary: "p99 at most \(RunPlot.latency(p99.greatest))."),
            [Line(name: "p99", ink: .p99, values: p99), Line(name: "p50", ink: .p50, values: p50)],
            on: .latency((p99 + p50).compactMap { $0.map { UInt64($0) } }), isSmall: true, reading: RunPlot.latency)
    }

    private static func share(_ ratio: Double) -> String { "\(Int((min(1, max(0, ratio)) * 100).rounded()))%" }
}

extension String {
    var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
