// Goal: whoever opens the live page, and whenever, sees the run from its beginning and then each second as it ends; however
// many they are and however slow, the run does not notice.
// Method: the board holds the run so far in bounded form. What happens becomes a numbered message, encoded once for all
// viewers; each viewer takes messages at its own pace, and who has fallen behind is given the newest snapshot instead.
// Not here: who may look and who may steer (`Doorkeeper`), what is drawn (the page).

import Diagnostics
package import EventLoop
package import Evidence
import JSON
package import LoadDriver
import Timebase

/// On its loop.
package final class LiveBoard {
    let loop: EventLoop
    private(set) var run: LiveRun?
    private(set) var second: DriverSecond?
    private(set) var faults: [FaultRecord] = []
    private(set) var phase = ""
    private(set) var ending: LiveEnding?
    private(set) var counters = LiveCounters()
    private var figures: LiveFigures?
    private var history = LiveHistory([])
    private var events: [RunEvent] = []
    private var eventsForgotten = 0
    private var messages = LiveMessages()
    /// Made once for all who need one before the next message.
    private var snapshot: (end: LiveMessages.Place, bytes: [UInt8])?
    private var waiting: [Parking] = []
    private(set) var isClosed = false

    /// The newest are kept.
    static let eventsMax = 200
    static let faultsMax = 300

    package init(on loop: EventLoop) {
        self.loop = loop
        messages.begin("none")
    }

    // MARK: What happens

    /// Before there is a run to tell of: it is being looked at.
    package func prepare() {
        (run, second, ending, figures) = (nil, nil, nil, nil)
        (faults, events, eventsForgotten) = ([], [], 0)
        history = LiveHistory([])
        phase = "preflight"
        messages.begin("none")
        tellAll()
    }

    package func begin(_ run: LiveRun) {
        let figures = LiveFigures(run)
        (self.run, self.figures, faults) = (run, figures, Array(run.faults.prefix(Self.faultsMax)))
        history = LiveHistory(figures.fields)
        messages.begin(run.record.identity.runID)
        tellAll()
    }

    package func enter(phase: String) {
        guard phase != self.phase else { return }
        self.phase = phase
        tell("phase", .object([("phase", .text(phase))]))
    }

    package func end(_ second: DriverSecond) {
        guard let figures else { return }
        self.second = second
        let column = figures.column(second)
        history.append(column)
        note(second.events)
        tell(
            "second",
            .object([
                ("column", column.json), ("now", second.json),
                ("guards", .array(second.guards.prefix(LiveText.guardsMax).map(\.json))),
                ("events", .array(second.events.suffix(Self.eventsMax).map(\.json))),
            ]))
    }

    package func change(faults: [FaultRecord]) {
        self.faults = Array(faults.prefix(Self.faultsMax))
        tell("faults", .object([("faults", .array(self.faults.map(\.json)))]))
    }

    package func end(_ ending: LiveEnding) {
        self.ending = ending
        phase = "ended"
        tell("end", ending.json)
    }

    /// Nothing more is to come: who has seen all of it is let go.
    package func close() {
        isClosed = true
        wakeAll()
    }

    private func note(_ new: [RunEvent]) {
        events += new
        guard events.count > Self.eventsMax else { return }
        eventsForgotten += events.count - Self.eventsMax
        events.removeFirst(events.count - Self.eventsMax)
    }

    private func tell(_ name: String, _ data: JSONValue) {
        messages.add(name, data)
        wakeAll()
    }

    /// A run that begins has no messages yet: everyone is given the snapshot.
    private func tellAll() {
        snapshot = nil
        wakeAll()
    }

    private func wakeAll() {
        for place in waiting { place.wake() }
        waiting.removeAll(keepingCapacity: true)
    }

    // MARK: Viewers

    enum Piece {
        case bytes([UInt8])
        case nothing
        case over
    }

    func place(behind id: String?) -> LiveMessages.Place? { id.flatMap { messages.place(behind: $0) } }

    /// What the viewer at this place is to be told next; nil is the place of one who knows nothing yet.
    func next(for place: inout LiveMessages.Place?) -> Piece {
        if let known = place, let bytes = messages.messages(from: known) {
            place = messages.end
            if !bytes.isEmpty { return .bytes(bytes) }
            return isClosed ? .over : .nothing
        }
        if let known = place, known.run == messages.run { counters.viewersLeftBehind += 1 }
        place = messages.end
        return .bytes(currentSnapshot())
    }

    /// Until something was told, or the deadline has passed. False when the viewer was cancelled.
    func waitForNews(until deadline: Instant) async -> Bool {
        let place = Parking(loop)
        waiting.append(place)
        let wake = await place.wait(until: deadline)
        if !wake.isReady { waiting.removeAll { $0 === place } }
        return wake.isReady || wake == .timedOut
    }

    func viewerCame() { counters.viewers += 1 }

    func viewerWent() { counters.viewers -= 1 }

    func viewerRefused() { counters.viewersRefused += 1 }

    private func currentSnapshot() -> [UInt8] {
        if let snapshot, snapshot.end == messages.end { return snapshot.bytes }
        let bytes = ServerSentEvent.bytes("snapshot", id: messages.id, json)
        snapshot = (messages.end, bytes)
        return bytes
    }

    // MARK: JSON

    var json: JSONValue {
        .present([
            ("phase", .text(phase)), ("run", run?.json),
            ("fields", figures.map { .array($0.fields.map(\.json)) }),
            ("charts", figures.map { .array($0.charts.map(\.json)) }),
            ("columns_max", .count(LiveHistory.columnsMax)),
            ("seconds_per_column", .integer(history.secondsPerColumn)),
            ("columns", .array(history.columns.map(\.json))), ("now", second?.json),
            ("guards", .array((second?.guards ?? []).prefix(LiveText.guardsMax).map(\.json))),
            ("faults", .array(faults.map(\.json))), ("events", .array(events.map(\.json))),
            ("events_forgotten", .count(eventsForgotten)), ("end", ending?.json),
        ])
    }
}

/// What the board counts of those who look.
package struct LiveCounters: Sendable, Equatable {
    /// Of this moment.
    package var viewers = 0
    package var viewersRefused: UInt64 = 0
    /// Times that a viewer was too slow, and was given the newest snapshot instead of what it had missed.
    package var viewersLeftBehind: UInt64 = 0
}
