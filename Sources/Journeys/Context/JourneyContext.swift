import PlanValues
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
    /// Of the request that is being rendered.
    var trace = Seed(0)
    var target = 0..<0
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
        for _ in 0..<journey.slotCount { slots.append(Slot()) }
        key = key(at: seed.child(Label.id))
        correlation = key
        drawValues()
    }

    private func key(at place: Seed) -> ULID {
        let milliseconds = book.setting.epochMilliseconds &+ now.nanoseconds / 1_000_000
        return ULID(epochMilliseconds: milliseconds, shard: book.setting.shard, at: place)
    }

    private func drawValues() {
        let journey = journey
        if let slot = journey.idSlot { store(slot, .text) { key.append(to: &$0) } }
        if let slot = journey.seqSlot {
            store(slot, .json) { $0.appendDecimal(UInt64(bitPattern: Int64(max(0, arrival &+ 1)))) }
        }
        if let slot = journey.webhookSlot, let address = book.setting.webhookURL {
            store(slot, .text) {
                $0.append(contentsOf: address.utf8)
                $0.append(UInt8(ascii: "/"))
                correlation.append(to: &$0)
            }
        }
        for index in journey.draws.indices { draw(journey.draws[index], isAmount: index == journey.amountDraw) }
    }

    private func draw(_ draw: Draw, isAmount: Bool) {
        let label = draw.label
        let place = seed.split(label.span)
        let slot = draw.places[0].slot
        let start = values.count
        switch draw.source {
        case .pool(let pool):
            pool.append(pool.picker.pick(at: place, arrival: arrival), to: &values)
            self.place(slot, .text, from: start)
        case .amount(let source):
            let minor = source.draw(at: place)
            if isAmount { amount = minor }
            values.appendDecimal(UInt64(minor))
            self.place(slot, .json, from: start)
        case .number(let sampler):
            values.appendNumber(sampler.sample(at: place))
            self.place(slot, .json, from: start)
        case .texts(let table, let picker):
            let row = picker.pick(at: place, arrival: arrival)
            for (slot, column) in draw.places {
                store(slot, .text) { table.append(row: row, column: column, to: &$0) }
            }
        }
    }

    /// What this arrival drew of a name of `data` whose values are countable: its place among them. Nil where its journey
    /// does not use the name.
    package func place(ofName name: [UInt8]) -> Int? {
        guard let draw = journey.draws.first(where: { $0.label == name }) else { return nil }
        let label = draw.label
        let place = seed.split(label.span)
        switch draw.source {
        case .pool(let pool): return pool.picker.pick(at: place, arrival: arrival)
        case .texts(_, let picker): return picker.pick(at: place, arrival: arrival)
        case .amount, .number: return nil
        }
    }

    /// An attempt with a key of its own; the steps behind it go on with that.
    func takeNewKey(_ step: CompiledStep, attempt: Int) {
        key = key(at: seed.child(Label.id).child(step.position).child(attempt))
        if let slot = journey.idSlot { store(slot, .text) { key.append(to: &$0) } }
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
        guard old.form != .missing, Int(old.count) >= count else {
            slots[slot] = Slot(form: form, offset: Int32(truncatingIfNeeded: start), count: Int32(count))
            return
        }
        for index in 0..<count { values[Int(old.offset) + index] = values[start + index] }
        values.removeLast(count)
        slots[slot] = Slot(form: form, offset: old.offset, count: Int32(count))
    }

    /// Children of the arrival's seed; names of `data` are split from it, and so are elsewhere.
    enum Label {
        static let id = 0
        static let uuid = 1
        static let trace = 2
        static let recent = 3
        static let think = 4
        static let retry = 5
        static let duplicate = 6
    }
}

extension JourneyContext: CustomStringConvertible, CustomReflectable {
    /// Values are nobody's business.
    package var description: String { "\(journey.name) of arrival \(arrival)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
