// Goal: what each bank of a run saw, in the slices of the run: how much, how often it failed, how much of it was for
// senders that had long gone, and how fast those were served who went through it.
// Method: the banks' own counts are in the database in tenths of a second of their clocks; the distance of the clocks, found
// by the import, lays them into slices. What needs a payment and its sender together is a join, from the side that has fewer rows.
// Not here: what follows from it (`Verdicts`).

internal import Histogram
internal import SQLite
internal import Timebase

package struct ChannelFlows {
    /// What is joined only where somebody asks for it.
    package struct Needs: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// Latencies by channel: a look at every payment.
        package static let latencies = Needs(rawValue: 1)
    }

    private let evidence: EvidenceDatabase
    private let sliceNanoseconds: Int64
    private let slices: Int
    private var flows: [ChannelFlow] = []

    /// One for each bank of the drill, by name; none where the clocks of run and banks are not known.
    package static func read(
        from evidence: EvidenceDatabase, of record: RunRecord, _ needs: Needs
    ) throws(EvidenceError) -> [ChannelFlow] {
        guard let offset = try evidence.about("bank_offset_ns").flatMap({ Int64($0) }), !record.slices.isEmpty else {
            return []
        }
        var flows = ChannelFlows(evidence, record)
        try flows.takeCalls(offset)
        try flows.takeLate()
        if needs.contains(.latencies) { try flows.takeLatencies() }
        return flows.flows
    }

    private init(_ evidence: EvidenceDatabase, _ record: RunRecord) {
        self.evidence = evidence
        sliceNanoseconds = record.sliceLength.nanoseconds
        slices = record.slices.count
    }

    private func slice(at nanoseconds: Int64) -> Int? {
        let slice = Int(nanoseconds.quotientAndRemainder(dividingBy: sliceNanoseconds).quotient)
        return nanoseconds >= 0 && slice < slices ? slice : nil
    }

    private mutating func takeCalls(_ offset: Int64) throws(EvidenceError) {
        let middle = ChannelCalls.binNanoseconds / 2
        var flows: [ChannelFlow] = []
        try evidence.asking(
            "SELECT channel, at_ns, writes, firsts, queries, failed FROM channel_calls ORDER BY channel, at_ns"
        ) {
            let name = $0.text(0)
            if flows.last?.channel != name { flows.append(ChannelFlow(channel: name, slices: slices)) }
            guard let slice = slice(at: $0.integer(1) + middle + offset) else { return }
            let last = flows.count - 1
            flows[last].writes[slice] += UInt64(clamping: $0.integer(2))
            flows[last].firsts[slice] += UInt64(clamping: $0.integer(3))
            flows[last].queries[slice] += UInt64(clamping: $0.integer(4))
            flows[last].failed[slice] += UInt64(clamping: $0.integer(5))
        }
        self.flows = flows
    }

    /// A call is late when its payment's sender had given up before, in all of its attempts, and was told nothing. In most
    /// runs there is no such sender, and nothing is joined.
    private mutating func takeLate() throws(EvidenceError) {
        try evidence.running(
            """
            CREATE TEMP TABLE IF NOT EXISTS gone AS
              SELECT key FROM sent INDEXED BY sent_key GROUP BY key
              HAVING sum(outcome NOT IN ('unknown', 'reset', 'refused')) = 0
            """)
        var isAny = false
        try evidence.asking("SELECT 1 FROM gone LIMIT 1") { _ in isAny = true }
        guard isAny else { return }
        try evidence.running(
            """
            CREATE TEMP TABLE IF NOT EXISTS forsaken (id ANY PRIMARY KEY, since_ns INTEGER) STRICT, WITHOUT ROWID;
            INSERT OR IGNORE INTO forsaken
              SELECT p.id, max(s.ended_ns) FROM gone g JOIN sent s ON s.key = g.key
              JOIN payments p ON p.sent_key = g.key AND p.namespace = 'shadow'
              GROUP BY g.key, p.id HAVING count(s.ended_ns) = count(*)
            """)
        let begin = try evidence.about("begin_ms") ?? "0"
        let places = self.places
        var flows = flows
        try evidence.asking(
            """
            SELECT a.channel, (a.sent_ms - ?1) * 1000000 AS at_ns
            FROM attempts a CROSS JOIN forsaken f ON f.id = a.record
            WHERE a.namespace = 'shadow' AND at_ns > f.since_ns
            """, [begin]
        ) { row in
            guard let place = places[row.text(0)], let slice = slice(at: row.integer(1)) else { return }
            flows[place].late[slice] += 1
        }
        self.flows = flows
    }

    private var places: [String: Int] {
        Dictionary(uniqueKeysWithValues: flows.enumerated().map { ($0.element.channel, $0.offset) })
    }

    /// Of each journey the first request that moves money, in its first attempt.
    private static let latencies = """
        SELECT p.channel, s.due_ns, s.ended_ns - s.due_ns
        FROM payments p CROSS JOIN sent s ON s.key = p.sent_key
        WHERE p.namespace = 'shadow' AND s.attempt = 1 AND s.ended_ns IS NOT NULL
          AND s.outcome IN ('ok', 'declined', 'expectation_failed')
          AND s.step IN (SELECT min(number) FROM steps WHERE moves_money = 1 GROUP BY journey)
        """

    /// By the channel that a payment ended with, of the first attempt at it.
    private mutating func takeLatencies() throws(EvidenceError) {
        let places = self.places
        var open = flows.map { _ in [Int: Histogram]() }
        try evidence.asking(Self.latencies) { row in
            guard let place = places[row.text(0)], let slice = slice(at: row.integer(1)) else { return }
            open[place][slice, default: Histogram(PackedHistogram.coarse)].record(UInt64(clamping: row.integer(2)))
        }
        for place in flows.indices {
            flows[place].admitted = (0..<slices).map { open[place][$0].map(PackedHistogram.init) ?? .empty }
        }
    }
}
