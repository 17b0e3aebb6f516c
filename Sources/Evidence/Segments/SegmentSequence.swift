/// One writer's segments in their order: it numbers them, and takes those that were made ahead of need.
struct SegmentSequence {
    let store: any SegmentStore
    private var numbersTaken: UInt32 = 0
    /// The number of the segment that is written.
    private var current: UInt32 = 0
    private var next: PreparedSegment?
    private var isOrdered = false
    private(set) var isClosed = false
    /// How many had to be made when they were needed, the first apart.
    private(set) var madeLate: UInt64 = 0

    init(_ store: any SegmentStore) {
        self.store = store
    }

    mutating func take() throws(EvidenceError) -> PreparedSegment {
        if let prepared = next {
            next = nil
            current = prepared.number
            return prepared
        }
        let number = numbersTaken + 1
        let memory = try store.make(number, after: current)
        numbersTaken = number
        current = number
        if number > 1 { madeLate += 1 }
        return PreparedSegment(number: number, memory: memory)
    }

    /// Nil where there is nothing to prepare.
    mutating func order() -> SegmentOrder? {
        guard !isClosed, next == nil, !isOrdered, let order = store.order(numbersTaken + 1, after: current) else {
            return nil
        }
        numbersTaken += 1
        isOrdered = true
        return order
    }

    /// One that comes too late is thrown away; its number stays unused.
    mutating func adopt(_ prepared: PreparedSegment?) {
        isOrdered = false
        guard let prepared else { return }
        if isClosed || prepared.number < current { return discard(prepared) }
        next = prepared
    }

    /// What is prepared goes; what is written is its writer's.
    mutating func close() {
        isClosed = true
        if let prepared = next { discard(prepared) }
        next = nil
    }

    private func discard(_ prepared: PreparedSegment) {
        store.release(prepared.number, prepared.memory)
        store.remove(prepared.number)
    }
}
