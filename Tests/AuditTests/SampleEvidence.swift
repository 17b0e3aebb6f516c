import Evidence
import SQLite
import SeededRandom
import StackVocabulary
import Timebase

/// A small run that is in order: payments of all fates, some of them refunded, as driver, stack, bank and merchants tell it.
/// A test changes one thing in it, and sees who notices.
struct SampleEvidence {
    let evidence: EvidenceDatabase
    let seed: UInt64
    static let paymentCount = 60
    static let begin: Int64 = 1_790_000_000_000

    /// - Parameter plant: what is wrong with it, behind everything else and before the indexes.
    /// - Parameter drain: how the stack was left.
    init(seed: UInt64, drain: DrainRecord? = nil, plant: (Database) throws -> Void = { _ in }) throws {
        self.seed = seed
        evidence = try EvidenceDatabase.inMemory()
        let importing = EvidenceImport(into: evidence)
        var record = Self.record(seed)
        record.drain = drain
        try importing.take(record)
        try evidence.say("begin_ms", "\(Self.begin)")
        try evidence.say("webhooks", "http://127.0.0.1:9/")
        for (name, tables) in Self.sources {
            try importing.note(SourceStanding(name: name, state: .whole, tables: tables))
        }
        for index in 0..<Self.paymentCount { try Self.Fate(index, seed).tell(evidence.database) }
        try plant(evidence.database)
        try Self.balance(evidence.database)
        try evidence.index()
    }

    private static let sources: [(String, [String])] = [
        ("sent", ["sent"]), ("stack", ["payments", "refunds", "attempts", "journal", "balances", "notifications"]),
        ("statement", ["statement"]), ("webhooks", ["webhooks"]), ("channel journals", ["channel_requests"]),
        ("log", ["log"]), ("egress", ["egress"]), ("snapshots", ["snapshots"]),
    ]

    private static func record(_ seed: UInt64) -> RunRecord {
        RunRecord(
            identity: RunIdentity(
                runID: "sample", plan: "sample", about: nil, planDigest: "00", seed: seed, version: "0", targets: [],
                allowed: []),
            stages: [],
            steps: [
                StepRecord(journey: "pay", title: "POST /v1/payments", priority: "normal", isFirst: true),
                StepRecord(journey: "refund", title: "POST /v1/refunds", priority: "normal", isFirst: true),
            ],
            sliceLength: .seconds(1), slices: [], generator: GeneratorRecord(lag: [], gaps: GapRecord()),
            ending: .completed)
    }

    /// Accounts hold what was posted to them, unless a test has said something else.
    private static func balance(_ database: Database) throws {
        try database.run(
            """
            INSERT INTO balances SELECT account, currency, sum(amount), namespace FROM journal
            WHERE NOT EXISTS (SELECT 1 FROM balances) GROUP BY namespace, account, currency
            """)
    }

    static func id(_ index: Int, _ namespace: Namespace = .shadow) -> RecordID {
        RecordID(milliseconds: begin + Int64(index), namespace, shard: 0, worker: 0, sequence: 0)
    }

    static func key(_ index: Int) -> String { SentKey.text(UInt128(begin + Int64(index)) << 80 | UInt128(index + 1)) }

    /// What becomes of one payment.
    struct Fate {
        enum Kind: CaseIterable {
            case captured, declined, shed, retried, authorized, partlyRefunded, refunded
        }

        let index: Int
        let kind: Kind
        let amount: Int64

        init(_ index: Int, _ seed: UInt64) {
            self.index = index
            let place = Seed(seed).child(UInt64(index))
            // Each of them stands in every sample.
            let kinds = Kind.allCases
            kind = index < kinds.count ? kinds[index] : kinds[Int(place.bits % UInt64(kinds.count))]
            amount = 100 + Int64(place.child(1).bits % 10_000)
        }

        private var id: Int64 { SampleEvidence.id(index).number }
        private var key: String { SampleEvidence.key(index) }
        private var refund: Int64 { SampleEvidence.id(index + 1_000).number }
        private var at: Int64 { SampleEvidence.begin + Int64(index) }
        private var given: Int64 { kind == .refunded ? amount : amount / 2 }

        func tell(_ database: Database) throws {
            switch kind {
            case .shed: try send(database, "shed", 503)
            case .declined:
                try send(database, "declined", 402)
                try pay(database, "failed", captured: 0, refunded: 0)
                try book(database, "declined")
            case .authorized:
                try send(database, "ok", 201)
                try pay(database, "authorized", captured: 0, refunded: 0)
                try book(database, "authorised")
            case .captured, .retried:
                if kind == .retried { try send(database, "shed", 503) }
                try send(database, "ok", 201)
                try pay(database, "captured", captured: amount, refunded: 0)
                try book(database, "captured")
                try post(database, id, 1 << 1, amount)
            case .partlyRefunded, .refunded:
                try send(database, "ok", 201)
                try pay(
                    database, kind == .refunded ? "refunded" : "partially_refunded", captured: amount, refunded: given)
                try book(database, "captured")
                try post(database, id, 1 << 1, amount)
                try giveBack(database)
            }
        }

        private func send(_ database: Database, _ outcome: String, _ status: Int) throws {
            try database.run(
                """
                INSERT INTO sent VALUES (NULL, '\(key)', 0, 1, 0, \(index), \(index), \(index), \(index + 5), '\(outcome)',
                  \(status), \(amount))
                """)
        }

        private func pay(_ database: Database, _ state: String, captured: Int64, refunded: Int64) throws {
            let version = refunded > 0 ? 4 : 2
            try database.run(
                """
                INSERT INTO payments VALUES (\(id), '\(key)', 'merchant-1', 'CNY', \(amount), '\(state)', \(version), 'icbc',
                  \(captured), \(refunded), 0, \(at), \(at + 5), 'shadow', '\(key)');
                INSERT INTO attempts VALUES ('p1', \(id), 'icbc', 'approved', 1, \(at), \(at + 4), 'shadow');
                """)
            let first = captured > 0 ? "captured" : state
            try notify(database, first, 2)
            if refunded > 0 { try notify(database, state, version) }
        }

        private func notify(_ database: Database, _ state: String, _ version: Int) throws {
            try database.run(
                """
                INSERT INTO notifications VALUES (\(id), \(version), 'delivered', 1, 'http://127.0.0.1:9/\(key)', 'shadow');
                INSERT INTO webhooks VALUES (\(index + version), \(id), 'payment.\(state)', \(version), '\(state)', 0, 0,
                  'verified', 1, 204, '\(index)-\(version)');
                """)
        }

        private func book(_ database: Database, _ booking: String) throws {
            try database.run(
                """
                INSERT INTO statement VALUES ('icbc', '\(SampleEvidence.id(index))-p1', 'authorise', '\(booking)', \(amount),
                  'CNY', NULL, \(index), \(index), \(id), 'shadow')
                """)
        }

        /// From the channel's account to the merchant's.
        private func post(_ database: Database, _ record: Int64, _ change: Int, _ amount: Int64) throws {
            let number = 10 * index + change
            try database.run(
                """
                INSERT INTO journal VALUES (\(number), \(number), \(record), 1, 'CNY', \(amount), \(at), 'shadow');
                INSERT INTO journal VALUES (\(number + 1), \(number), \(record), \(1 << 32), 'CNY', \(-amount), \(at), 'shadow');
                """)
        }

        private func giveBack(_ database: Database) throws {
            let name = SampleEvidence.id(index + 1_000)
            let key = SampleEvidence.key(index + 1_000)
            let number = 10 * index + 6
            try database.run(
                """
                INSERT INTO refunds VALUES (\(refund), \(id), '\(key)', 'CNY', \(given), 'refunded', 2, \(at + 1_000),
                  \(at + 1_005), 'shadow', '\(key)');
                INSERT INTO sent VALUES (NULL, '\(key)', 1, 1, 0, \(index), \(index), \(index), \(index + 5), 'ok', 201,
                  \(given));
                INSERT INTO statement VALUES ('icbc', '\(name)-r1', 'refund', 'refunded', \(given), 'CNY', NULL, \(index),
                  \(index), \(refund), 'shadow');
                INSERT INTO journal VALUES (\(number), \(number), \(refund), 1, 'CNY', \(-given), \(at), 'shadow');
                INSERT INTO journal VALUES (\(number + 1), \(number), \(refund), \(3 << 32), 'CNY', \(given), \(at), 'shadow');
                INSERT INTO journal VALUES (\(number + 2), \(number + 2), \(refund), \(3 << 32), 'CNY', \(-given), \(at), 'shadow');
                INSERT INTO journal VALUES (\(number + 3), \(number + 2), \(refund), \(1 << 32), 'CNY', \(given), \(at), 'shadow');
                """)
        }
    }
}
