package import Evidence
import Numerals
import Timebase

/// What all charts over the run's time share: its stages as bands, and marks where something happened.
struct RunFrame {
    let record: RunRecord
    let time: TimeAxis

    init(record: RunRecord, end: TimeSpan) {
        self.record = record
        time = TimeAxis(end: end)
    }

    var frame: ChartFrame {
        ChartFrame(
            axisTitle: "time since the run began (min:s)", ticks: time.ticks, bands: bands,
            marks: events.enumerated().map { (place: time.place(of: $0.element.at), label: "\($0.offset + 1)") })
    }

    private var bands: [ChartFrame.Band] {
        record.stages.prefix(PageLimits.bandsMax).map { stage in
            ChartFrame.Band(
                from: time.place(of: stage.span.lowerBound), to: time.place(of: stage.span.upperBound),
                label: stage.name + (stage.countsForVerdicts ? "" : " (not judged)"), isCounted: stage.countsForVerdicts
            )
        }
    }

    /// Stages are bands already.
    private var events: [RunEvent] {
        Array(shown.prefix(PageLimits.eventsMax))
    }

    private var shown: [RunEvent] {
        let isMarked = record.events.contains { $0.kind == .guardTripped }
        return record.events.filter { $0.kind != .stage } + (isMarked ? [] : record.ending.event)
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
