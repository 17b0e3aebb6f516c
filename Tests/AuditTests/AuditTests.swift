import Audit
import Evidence
import SQLite
import SeededRandom
import StackVocabulary
import Testing
import Timebase

/// Every question finds what it is made for, names it, and says nothing of a run that is in order.
@Suite struct AuditTests {
    static let seeds: [UInt64] = Array(1...20)

    @Test(arguments: seeds) func `a run that is in order passes every check`(_ seed: UInt64) throws {
        let report = try Auditor(SampleEvidence(seed: seed).evidence).audit()
        for finding in report.findings {
            let words = finding.answers.flatMap(\.violations).map { "\($0.subject): \($0.detail)" }
            #expect(finding.status == .pass, "seed \(seed): \(finding.name) \(words)")
        }
        #expect(report.findings.count == AuditCheck.all.count)
    }

    /// What is planted, and the questions that must find it. Others may find more than one side of it.
    struct Plant: Sendable, CustomTestStringConvertible {
        let question: String
        let sql: String
        /// Which of the sample's payments is hit.
        let fate: SampleEvidence.Fate.Kind
        var also: Set<String> = []

        /// It leaves the claim open, and does not refute it.
        var isOpen: Bool { ["U unresolved", "M3 done_and_open"].contains(question) }

        var testDescription: String { question }

        /// `$id`, `$key` and `$text` stand for the victim's.
        func statement(for index: Int) -> String {
            sql.replacing("$id", with: "\(SampleEvidence.id(index).number)")
                .replacing("$text", with: "\(SampleEvidence.id(index))")
                .replacing("$refund", with: "\(SampleEvidence.id(index + 1_000).number)")
                .replacing("$live", with: "\(SampleEvidence.id(index, .live).number)")
                .replacing("$key", with: SampleEvidence.key(index))
        }
    }

    static let plants: [Plant] = [
        Plant(
            question: "M1 unbalanced", sql: "UPDATE journal SET amount = amount + 1 WHERE record = $id AND account = 1",
            fate: .captured, also: ["M2 booked_twice"]),
        Plant(
            question: "M1 balance_diff",
            sql: """
                INSERT INTO balances SELECT account, currency, sum(amount) + (account = 1), namespace FROM journal
                GROUP BY namespace, account, currency
                """, fate: .captured),
        Plant(
            question: "M1 below_floor",
            sql: """
                INSERT INTO journal VALUES (9001, 9001, NULL, 77, 'CNY', -5, 0, 'shadow');
                INSERT INTO journal VALUES (9002, 9001, NULL, 4294967296, 'CNY', 5, 0, 'shadow')
                """, fate: .captured),
        Plant(
            question: "M1 suspense_diff",
            sql: """
                INSERT INTO journal VALUES (9001, 9001, NULL, 8589934592, 'CNY', 5, 0, 'shadow');
                INSERT INTO journal VALUES (9002, 9001, NULL, 4294967296, 'CNY', -5, 0, 'shadow')
                """, fate: .captured),
        Plant(
            question: "M2 key_twice",
            sql: """
                INSERT INTO payments SELECT id + 512, key, merchant, currency, amount, 'failed', version, channel, 0, 0, 0,
                  created_ms, changed_ms, namespace, sent_key FROM payments WHERE id = $id
                """, fate: .captured, also: ["M2 told_done"]),
        Plant(
            question: "M2 taken_twice",
            sql: """
                INSERT INTO statement SELECT channel, '$text-p2', operation, booking, amount, currency, at_ms, at_ns,
                  sequence, record, namespace FROM statement WHERE record = $id
                """, fate: .captured, also: ["M3 amount_diff"]),
        Plant(
            question: "M2 held_twice",
            sql: """
                INSERT INTO statement SELECT channel, '$text-p2', operation, booking, amount, currency, at_ms, at_ns,
                  sequence, record, namespace FROM statement WHERE record = $id
                """, fate: .authorized),
        Plant(
            question: "M2 booked_twice",
            sql: """
                INSERT INTO journal SELECT number + 5000, change + 5000, record, account, currency, amount, at_ms, namespace
                FROM journal WHERE record = $id
                """, fate: .captured),
        Plant(question: "M2 unposted", sql: "DELETE FROM journal WHERE record = $id", fate: .captured),
        Plant(
            question: "M2 told_and_not_there",
            sql: """
                DELETE FROM payments WHERE id = $id; DELETE FROM statement WHERE record = $id;
                DELETE FROM journal WHERE record = $id; DELETE FROM notifications WHERE record = $id;
                DELETE FROM webhooks WHERE id = $id
                """, fate: .captured),
        Plant(
            question: "M2 told_done", sql: "UPDATE sent SET outcome = 'ok', status = 201 WHERE key = '$key'",
            fate: .declined),
        Plant(
            question: "M2 told_no", sql: "UPDATE sent SET outcome = 'declined', status = 402 WHERE key = '$key'",
            fate: .captured),
        Plant(
            question: "M3 channel_only",
            sql: """
                INSERT INTO statement VALUES ('icbc', 'stray', 'authorise', 'captured', 5, 'CNY', NULL, 1, 1, NULL, 'shadow')
                """, fate: .captured),
        Plant(
            question: "M3 stack_only", sql: "DELETE FROM statement WHERE record = $id", fate: .captured),
        Plant(
            question: "M3 amount_diff", sql: "UPDATE statement SET amount = amount - 1 WHERE record = $id",
            fate: .captured),
        Plant(
            question: "M3 status_diff", sql: "UPDATE statement SET booking = 'captured' WHERE record = $id",
            fate: .declined),
        Plant(
            question: "M3 done_and_open",
            sql: "UPDATE payments SET state = 'routing', captured = 0 WHERE id = $id", fate: .authorized,
            also: ["U unresolved"]),
        Plant(
            question: "M4 state_diff",
            sql: "UPDATE payments SET state = 'failed' WHERE id = $id", fate: .captured,
            also: ["M2 told_done", "M3 status_diff", "M6 told_otherwise"]),
        Plant(
            question: "M4 illegal_step",
            sql: """
                INSERT INTO webhooks VALUES (1, $id, 'payment.failed', 1, 'failed', 0, 0, 'verified', 1, 204, 'x')
                """, fate: .captured),
        Plant(
            question: "M5 over_refunded",
            sql: "UPDATE payments SET refund_pending = captured - refunded + 1 WHERE id = $id", fate: .partlyRefunded),
        Plant(
            question: "M5 sum_diff",
            sql: """
                INSERT INTO refunds SELECT id + 512, payment, 'other', currency, amount, 'refunded', version, created_ms,
                  changed_ms, namespace, 'other' FROM refunds WHERE id = $refund
                """, fate: .partlyRefunded, also: ["M3 stack_only", "M5 promised"]),
        Plant(
            question: "M5 instant",
            sql: """
                INSERT INTO journal VALUES (9001, 9001, $refund, 1, 'CNY', -20000, 0, 'shadow');
                INSERT INTO journal VALUES (9002, 9001, $refund, 4294967296, 'CNY', 20000, 0, 'shadow');
                INSERT INTO journal VALUES (9003, 9003, $refund, 1, 'CNY', 20000, 0, 'shadow');
                INSERT INTO journal VALUES (9004, 9003, $refund, 4294967296, 'CNY', -20000, 0, 'shadow')
                """, fate: .partlyRefunded),
        Plant(
            question: "M5 promised",
            sql: """
                INSERT INTO refunds SELECT id + 512, payment, 'other', currency, 20000, 'failed', version, created_ms + 1,
                  changed_ms + 1, namespace, 'other' FROM refunds WHERE id = $refund
                """, fate: .partlyRefunded),
        Plant(
            question: "M5 given_twice",
            sql: """
                INSERT INTO statement SELECT * FROM statement WHERE record = $refund
                """, fate: .refunded, also: ["M3 amount_diff"]),
        Plant(question: "M6 untold", sql: "DELETE FROM webhooks WHERE id = $id", fate: .captured),
        Plant(
            question: "M6 told_otherwise",
            sql: """
                INSERT INTO webhooks VALUES (9, $id, 'payment.refunded', 3, 'refunded', 0, 0, 'verified', 1, 204, 'x')
                """, fate: .captured),
        Plant(
            question: "M6 of_nobody",
            sql: """
                INSERT INTO webhooks VALUES (9, 5, 'payment.captured', 2, 'captured', 0, 0, 'verified', 1, 204, 'x')
                """, fate: .captured, also: ["M9 unmarked_webhook"]),
        Plant(
            question: "M6 two_contents",
            sql: """
                INSERT INTO webhooks SELECT at_ns, id, event, version, state, captured, refunded, signature, marked, status,
                  'other' FROM webhooks WHERE id = $id
                """, fate: .captured),
        Plant(
            question: "M7 drill_in_live",
            sql: "UPDATE payments SET namespace = 'live' WHERE id = $id", fate: .captured, also: ["M10 misplaced"]),
        Plant(
            question: "M7 lines_in_live", sql: "UPDATE journal SET namespace = 'live' WHERE record = $id",
            fate: .captured),
        Plant(
            question: "M7 log", sql: "INSERT INTO log VALUES ('live', 'payment $text is captured')", fate: .captured),
        Plant(
            question: "M7 counters", sql: "INSERT INTO snapshots VALUES ('live', 'payments', 10, 11)",
            fate: .captured),
        Plant(
            question: "M8 live_in_shadow", sql: "UPDATE sent SET flags = 4 WHERE key = '$key'", fate: .captured),
        Plant(
            question: "M8 lines_in_shadow",
            sql: """
                INSERT INTO journal VALUES (9001, 9001, $live, 1, 'CNY', 5, 0, 'shadow');
                INSERT INTO journal VALUES (9002, 9001, $live, 4294967296, 'CNY', -5, 0, 'shadow')
                """, fate: .captured),
        Plant(
            question: "M9 unmarked",
            sql: "INSERT INTO stray_requests VALUES ('icbc', 'shadow', 1, 'query', 'untagged', '$text-p1', 'none')",
            fate: .captured),
        Plant(
            question: "M9 live_bank",
            sql:
                "INSERT INTO stray_requests VALUES ('icbc', 'live', 1, 'authorise', 'verified', '$text-p1', 'captured')",
            fate: .captured),
        Plant(
            question: "M9 live_statement", sql: "UPDATE statement SET namespace = 'live' WHERE record = $id",
            fate: .captured),
        Plant(
            question: "M9 unmarked_webhook", sql: "UPDATE webhooks SET marked = 0 WHERE id = $id", fate: .captured),
        Plant(
            question: "M10 id_twice", sql: "UPDATE payments SET id = (SELECT min(id) FROM payments) WHERE id = $id",
            fate: .authorized,
            also: [
                "M10 misplaced", "M3 channel_only", "M3 stack_only", "M6 of_nobody", "M6 told_otherwise",
                "M3 amount_diff",
                "M2 booked_twice", "M2 taken_twice", "M3 status_diff",
            ]),
        Plant(
            question: "M10 misplaced", sql: "UPDATE payments SET created_ms = created_ms + 5000 WHERE id = $id",
            fate: .captured),
        Plant(
            question: "R effect", sql: "UPDATE sent SET outcome = 'shed', status = 503 WHERE key = '$key'",
            fate: .authorized, also: ["R bank_effect"]),
        Plant(
            question: "R bank_effect",
            sql: "UPDATE sent SET outcome = 'shed', status = 503 WHERE key = '$key'", fate: .captured,
            also: ["R effect"]),
        Plant(
            question: "U unresolved",
            sql: "UPDATE payments SET state = 'processing', captured = 0 WHERE id = $id", fate: .authorized,
            also: ["M3 done_and_open"]),
    ]

    @Test(arguments: plants, seeds) func `what is planted is found, and nothing else`(
        _ plant: Plant, _ seed: UInt64
    ) throws {
        let victims = (0..<SampleEvidence.paymentCount).filter { SampleEvidence.Fate($0, seed).kind == plant.fate }
        let victim = victims[Int(Seed(seed).child(99).bits % UInt64(victims.count))]
        let evidence = try SampleEvidence(seed: seed) { try $0.run(plant.statement(for: victim)) }.evidence
        let report = try Auditor(evidence).audit()
        var found: Set<String> = []
        for finding in report.findings {
            for answer in finding.answers where answer.count > 0 { found.insert("\(finding.name) \(answer.word)") }
        }
        #expect(found.contains(plant.question), "seed \(seed), victim \(victim): found \(found.sorted())")
        #expect(found.subtracting(plant.also) == [plant.question], "seed \(seed), victim \(victim)")
        let name = String(plant.question.prefix { $0 != " " })
        #expect(report.findings.first { $0.name == name }?.status == (plant.isOpen ? .inconclusive : .fail))
    }

    /// A retry with a key of its own, as `same-key: false` makes it.
    /// Its books are read before the banks' statements: what goes on between is in the latter alone.
    @Test(arguments: [
        ("inside", AuditFinding.Status.inconclusive), ("store_waiting", .inconclusive), ("unknown", .fail),
    ])
    func `a bank ahead of books that were read at work proves nothing`(
        left: String, status: AuditFinding.Status
    ) throws {
        let drain = DrainRecord(
            budget: .seconds(9), took: .seconds(9), end: .budget,
            left: [DrainRecord.Left(place: "the stack's shadow side", name: left, count: 3)])
        let evidence = try SampleEvidence(seed: 1, drain: drain) { database in
            try database.run(
                """
                INSERT INTO statement VALUES ('icbc', 'stray', 'authorise', 'captured', 5, 'CNY', NULL, 1, 1, NULL, 'shadow');
                UPDATE sent SET outcome = 'ok', status = 201 WHERE outcome = 'declined'
                """)
        }.evidence
        let report = try Auditor(evidence).audit()
        let statement = try #require(report.findings.first { $0.name == "M3" })
        #expect(statement.status == status)
        #expect(
            statement.answers.flatMap(\.torn)
                == (status == .fail ? [] : ["the stack was at work when its books were read"]))
        // What the driver was told, it was told before; and what nobody contradicts is no less right.
        #expect(report.findings.first { $0.name == "M2" }?.status == .fail)
        #expect(report.findings.first { $0.name == "M1" }?.status == .pass)
    }

    @Test func `what is done to a payment that is there makes none, whatever its key`() throws {
        func count(_ title: String) throws -> Int64? {
            let evidence = try SampleEvidence(seed: 1) { database in
                try database.run("INSERT INTO steps VALUES (99, 'cancel', '\(title)', 'normal', 1)")
                try database.run(
                    """
                    INSERT INTO sent SELECT max(number) + 1, '01KDVDNFX7000CAH29W41HPG18', 99, 2, 0, arrival, due_ns, sent_ns,
                      ended_ns, 'ok', 200, amount FROM sent
                    """)
            }.evidence
            let answers = try Auditor(evidence).audit().findings.flatMap(\.answers)
            return answers.first { $0.word == "told_and_not_there" }?.count
        }
        #expect(try count("POST /v1/payments/${payment}/cancel") == 0)
        #expect(try count("POST /v1/payments") == 1)
        #expect(try count("POST /orders/${id}") == 1)
    }

    @Test func `every question has a plant`() {
        let questions = AuditCheck.all.flatMap { check in check.questions.map { "\(check.name) \($0.word)" } }
        #expect(Set(Self.plants.map(\.question)) == Set(questions))
        #expect(Set(questions).count == questions.count)
    }

    @Test func `a violation comes with what happened to it in all ledgers`() throws {
        let evidence = try SampleEvidence(seed: 3) { database in
            try database.run("UPDATE statement SET amount = amount - 1 WHERE record = \(SampleEvidence.id(0).number)")
        }.evidence
        let finding = try #require(Auditor(evidence).audit([.all[2]]).findings.first)
        let violation = try #require(finding.answers.flatMap(\.violations).first)
        #expect(violation.subject == SampleEvidence.id(0).description)
        #expect(Set(violation.trace.map(\.ledger)) == ["driver", "stack", "journal", "bank", "webhook"])
    }

    @Test func `what was read in part is no pass, and what is missing is not observed`() throws {
        let evidence = try SampleEvidence(seed: 1).evidence
        let importing = EvidenceImport(into: evidence)
        try importing.note(
            SourceStanding(name: "statement", state: .torn, tables: ["statement"], fault: "line 7: no more"))
        try importing.note(SourceStanding(name: "webhooks", state: .none, tables: ["webhooks"]))
        let report = try Auditor(evidence).audit()
        func status(_ name: String) -> AuditFinding.Status? { report.findings.first { $0.name == name }?.status }
        #expect(status("M1") == .pass)
        #expect(status("M3") == .inconclusive)
        #expect(status("M6") == .notObserved)
        #expect(report.findings.first { $0.name == "M3" }?.answers.first?.torn == ["line 7: no more"])
    }

    @Test func `what is not there in a torn source is no violation, and what is there stays one`() throws {
        let evidence = try SampleEvidence(seed: 1) { database in
            try database.run("DELETE FROM statement WHERE record = \(SampleEvidence.id(0).number)")
            try database.run("UPDATE journal SET amount = amount + 1 WHERE number = (SELECT min(number) FROM journal)")
        }.evidence
        func statuses() throws -> [AuditFinding.Status?] {
            let report = try Auditor(evidence).audit()
            return ["M1", "M3"].map { name in report.findings.first { $0.name == name }?.status }
        }
        #expect(try statuses() == [.fail, .fail])
        let importing = EvidenceImport(into: evidence)
        for state in [SourceStanding.State.torn, .missing] {
            for table in ["statement", "journal"] {
                try importing.note(SourceStanding(name: "torn \(table)", state: state, tables: [table]))
            }
            #expect(try statuses() == [.fail, .inconclusive])
        }
    }

    /// Whoever declares a journal has no need to name merchants as the embedded stack does.
    @Test(
        arguments: [
            ("account = 'till ' || account", 1), ("account = 'till ' || account, record = NULL", 0),
        ] as [(String, Int64)])
    func `a journal of others need not name its merchants, and says nothing of payments that it never names`(
        _ others: String, _ count: Int64
    ) throws {
        for lost in [nil, SampleEvidence.id(0).number] {
            let evidence = try SampleEvidence(seed: 1) { database in
                if let lost { try database.run("DELETE FROM journal WHERE record = \(lost)") }
                try database.run("UPDATE journal SET \(others)")
            }.evidence
            let finding = try #require(Auditor(evidence).audit().findings.first { $0.name == "M2" })
            let answer = try #require(finding.answers.first { $0.word == "unposted" })
            #expect(answer.count == (lost == nil ? 0 : count), "\(others): \(answer.violations)")
        }
    }

    @Test func `a stack that posts nothing at all is found out by every payment that it took`() throws {
        let evidence = try SampleEvidence(seed: 1) { try $0.run("DELETE FROM journal") }.evidence
        let finding = try #require(Auditor(evidence).audit().findings.first { $0.name == "M2" })
        let taken = (0..<SampleEvidence.paymentCount).filter { index in
            ![.declined, .shed, .authorized].contains(SampleEvidence.Fate(index, 1).kind)
        }
        #expect(finding.answers.first { $0.word == "unposted" }?.count == Int64(taken.count))
    }

    /// All instants of a day of some year are ids of shadow payments, as it were.
    @Test func `the time of a line of the log is no id, whenever it is`() throws {
        let evidence = try SampleEvidence(seed: 1) { database in
            for step in 0..<64 as Range<Int64> {
                try database.run("INSERT INTO log VALUES ('live', '\(SampleEvidence.begin + step * 7_919) live opens')")
            }
        }.evidence
        let finding = try #require(Auditor(evidence).audit().findings.first { $0.name == "M7" })
        #expect(finding.status == .pass, "\(finding.answers.flatMap(\.violations).first?.detail ?? "")")
    }
}
