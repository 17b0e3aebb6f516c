package import SeededRandom
package import Timebase

/// The values of one journey under way. A runner keeps one and begins it anew with each arrival; once its buffers have
/// grown, nothing here allocates.
///
/// Everything that is drawn is a pure function of plan, seed and arrival, but for `recent`, which depends on what
/// answers there were.
package final class JourneyContext {
    let book: JourneyBook
    let loop: LoopData
    package private(set) var journey: CompiledJourney
    package private(set) var arrival = 0
    /// The idempotency key, `${id}`: one for the journey, or for each attempt where the retry takes a new one.
    package private(set) var key = ULID(high: 0, low: 0)
    /// The key at the journey's beginning; webhooks are told apart by it.
    package private(set) var correlation = ULID(high: 0, low: 0)
    /// Minor units of the journey's `currency`.
    package private(set) var amount: Int64?
    /// What `${now}` is counted to; the journey's beginning, until the driver says otherwise.
    package var now = TimeSpan.zero

    private(set) var seed = Seed(0)
    /// Every value one behind the other, and where each begins.
    var values: [UInt8] = []
    var slots: [Slot] = []
    /// For a body before its length is known, and for what is signed.
    var body: [UInt8] = []
    var signed: [UInt8] = []
    var signingKey: [UInt8] = []
    var fieldRanges: [Range<Int>] = []

    package init(_ book: JourneyBook, on loop: LoopData) {
        self.book = book
        self.loop = loop
        journey = book.setup
    }

    /// - Parameter seed: the arrival's own, as `Mix.dataSeed` gives it.
    /// - Parameter intendedAt: since the run's beginning.
    package func begin(_ journey: CompiledJourney, arrival: Int, seed: Seed, intendedAt: TimeSpan) {
        self.journey = journey
        self.arrival = arrival
        self.seed = seed
        now = intendedAt
        amount = nil
        values.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
        for _ in 0..<journey.layout.count { slots.append(Slot()) }
        key = key(at: seed.split(Label.id))
        correlation = key
        drawValues()
    }

    private func key(at place: Seed) -> ULID {
        let milliseconds = book.setting.epochMilliseconds &+ now.nanoseconds / 1_000_000
        return ULID(epochMilliseconds: milliseconds, shard: book.setting.shard, at: place)
    }

    private func drawValues() {
        let layout = journey.layout
        if let slot = layout.id { store(slot, .text) { key.append(to: &$0) } }
        if let slot = layout.seq {
            store(slot, .json) { $0.appendDecimal(UInt64(bitPattern: Int64(max(0, arrival &+ 1)))) }
        }
        if let slot = layout.webhook, let address = book.setting.webhookURL {
            store(slot, .text) {
                $0.append(contentsOf: address.utf8)
                $0.append(UInt8(ascii: "/"))
                correlation.append(to: &$0)
            }
        }
        for index in layout.draws.indices { draw(layout.draws[index], isAmount: index == layout.amountDraw) }
    }

    private func draw(_ draw: borrowing Draw, isAmount: Bool) {
        let place = seed.split(draw.label.span)
        let slot = draw.places[0].slot
        switch draw.source {
        case .pool(let prefix, let picker):
            let index = picker.pick(at: place, arrival: arrival)
            store(slot, .text) {
                $0.append(prefix.span)
                $0.appendDecimal(UInt64(index + 1))
            }
        case .amount(let sampler, _):
            let minor = ValueSource.minorUnits(sampler, at: place)
            if isAmount { amount = minor }
            store(slot, .json) { $0.appendDecimal(UInt64(minor)) }
        case .number(let sampler):
            let number = sampler.sample(at: place)
            store(slot, .json) { $0.appendNumber(number) }
        case .texts(let table, let picker):
            let row = picker.pick(at: place, arrival: arrival)
            for (slot, column) in draw.places {
                store(slot, .text) { table.append(row: row, column: column, to: &$0) }
            }
        }
    }

    /// An attempt with a key of its own; the steps behind it go on with that.
    func takeNewKey(_ step: CompiledStep, attempt: Int) {
        key = key(at: seed.split(Label.id).child(step.position).child(attempt))
        if let slot = journey.layout.id { store(slot, .text) { key.append(to: &$0) } }
    }

    /// A value that is no longer than the one before takes its room, so that polling does not grow the context.
    func store(_ slot: Int, _ form: Slot.Form, _ write: (inout [UInt8]) -> Void) {
        let start = values.count
        write(&values)
        place(slot, form, from: start)
    }

    func place(_ slot: Int, _ form: Slot.Form, from start: Int) {
        let count = values.count - start
        let old = slots[slot]
        if old.form != .missing, Int(old.count) >= count {
            for index in 0..<count { values[Int(old.offset) + index] = values[start + index] }
            values.removeLast(count)
            slots[slot] = Slot(form: form, offset: old.offset, count: Int32(count))
        } else {
            slots[slot] = Slot(form: form, offset: Int32(start), count: Int32(count))
        }
    }

    /// Places in the seed's tree that no name of `data` can have.
    enum Label {
        static let id = "/id"
        static let uuid = "/uuid"
        static let trace = "/trace"
        static let recent = "/recent"
        static let think = "/think"
        static let retry = "/retry"
        static let duplicate = "/duplicate"
    }
}

extension JourneyContext: CustomStringConvertible, CustomReflectable {
    /// Values are nobody's business.
    package var description: String { "\(journey.name) of arrival \(arrival)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
