package import Evidence
import Numerals
import Timebase

/// What all charts over the run's time share: its stages and faults as bands, and marks where something happened.
struct RunFrame {
    let record: RunRecord
    let time: TimeAxis

    init(record: RunRecord, time: TimeAxis) {
        self.record = record
        self.time = time
    }

    func frame(_ columns: [Timeline.Column]) -> ChartFrame {
        ChartFrame(
            axisTitle: "", ticks: time.ticks, bands: bands + faults,
            marks: marks,
            columns: .init(places: columns.map(time.place), names: columns.map { TimeAxis.clock($0.span.lowerBound) }),
            seconds: time.start.seconds...time.end.seconds)
    }

    /// Numbered as in the list; those that would lie upon each other share one: `3-7`.
    private var marks: [(place: Double, label: String)] {
        let near = 0.012
        var groups: [(place: Double, numbers: ClosedRange<Int>)] = []
        for (index, event) in events.enumerated() {
            let place = time.place(of: event.at)
            if let last = groups.last, abs(place - last.place) < near {
                groups[groups.count - 1].numbers = last.numbers.lowerBound...index + 1
            } else {
                groups.append((place, index + 1...index + 1))
            }
        }
        return groups.map { place, numbers in
            (place, numbers.count == 1 ? "\(numbers.lowerBound)" : "\(numbers.lowerBound)-\(numbers.upperBound)")
        }
    }

    private var bands: [ChartFrame.Band] {
        record.stages.prefix(PageLimits.bandsMax).enumerated().compactMap { place, stage in
            band(
                stage.span, stage.name,
                stage.countsForVerdicts ? place % 2 == 0 ? .even : .odd : .uncounted)
        }
    }

    private var faults: [ChartFrame.Band] {
        record.faults.prefix(PageLimits.bandsMax).compactMap { band($0.span, "\($0.channel): \($0.what)", .fault) }
    }

    /// Nil for what is not on the axis.
    private func band(_ span: Range<TimeSpan>, _ label: String, _ kind: ChartFrame.Band.Kind) -> ChartFrame.Band? {
        let (from, to) = (time.place(of: span.lowerBound), time.place(of: span.upperBound))
        return from < to ? ChartFrame.Band(from: from, to: to, label: label, kind: kind) : nil
    }

    // MARK: Events

    private var events: [RunEvent] { Array(shown.prefix(PageLimits.eventsMax)) }

    /// Stages and faults are bands already.
    private var shown: [RunEvent] {
        let isMarked = record.events.contains { $0.kind == .guardTripped }
        return record.events.filter { $0.kind != .stage && ($0.kind != .fault || record.faults.isEmpty) }
            + (isMarked ? [] : record.ending.event)
    }

    var eventList: Markup {
        let rows = events.map { event in
            Markup.element(
                "li", [],
                [
                    .element("time", [], TimeAxis.clock(event.at)), Markup(" \(event.kind.words): "),
                    .element("span", [], event.text),
                ])
        }
        let left = shown.count - rows.count
        let more = left > 0 ? [Markup.element("p", [], "\(left) more events stand in report.json.")] : []
        guard !rows.isEmpty else { return Markup([]) }
        return .element("div", [], [.element("ol", [("class", "events")], rows)] + more)
    }
}

extension TimeAxis {
    /// Where a column's middle stands.
    func place(of column: Timeline.Column) -> Double {
        (place(of: column.span.lowerBound) + place(of: column.span.upperBound)) / 2
    }
}

extension RunEvent.Kind {
    fileprivate var words: String {
        switch self {
        case .stage: "stage"
        case .fault: "fault"
        case .guardTripped: "guard tripped"
        case .rateChanged: "rate changed by hand"
        case .paused: "paused by hand"
        case .resumed: "resumed by hand"
        case .note: "note"
        }
    }
}

extension Ending {
    /// A mark of its own where the run broke off.
    fileprivate var event: [RunEvent] {
        switch self {
        case .completed: []
        case .aborted(let at, let text): [RunEvent(at: at, kind: .note, text: "aborted by the guard '\(text)'")]
        case .interrupted(let at, let signal):
            [RunEvent(at: at, kind: .note, text: "interrupted by signal \(signal)")]
        case .failed(let at, let reason): [RunEvent(at: at, kind: .note, text: "broke off: \(reason)")]
        }
    }

    /// Nil for a run that came to its end.
    package var words: String? {
        switch self {
        case .completed: nil
        case .aborted(let at, let text): "Ended early at \(Figures.span(at)) by the guard '\(text)'."
        case .interrupted(let at, let signal): "Interrupted at \(Figures.span(at)) by signal \(signal)."
        case .failed(let at, let reason): "Broke off at \(Figures.span(at)): \(reason)."
        }
    }
}
