import ChannelProfile
import Evidence
import Glibc
import Money
import PlanValues
import SeededRandom
import TestFolders
import Testing
import Timebase

@Suite struct ChannelStatementTests {
    /// The whole text, and how large its largest piece was.
    static func text(
        _ journal: ChannelJournalWriter, _ rule: StatementRule = StatementRule(), seed: UInt64 = 1,
        form: StatementRule.Form? = nil
    ) throws -> (bytes: [UInt8], pieces: [Int]) {
        var statement = ChannelStatement(try journal.reader(), rule: rule, seed: Seed(seed), form: form)
        var (bytes, pieces) = ([] as [UInt8], [] as [Int])
        while let piece = try statement.nextPiece() {
            bytes += piece
            pieces.append(piece.count)
        }
        return (bytes, pieces)
    }

    static func lines(_ bytes: [UInt8], _ form: StatementRule.Form) throws(StatementFault) -> [StatementLine] {
        var reader = ChannelStatementReader(form)
        let lines = try reader.read(bytes)
        try reader.finish()
        return lines
    }

    /// A refused request, a payment with its capture, and one that was only pending, under names of all sorts.
    private static func small() throws -> ChannelJournalWriter {
        let journal = ChannelJournalWriter(inMemoryFor: "icbc")
        let payment = try #require(PaymentReference("=pay,1"))
        try journal.append(ChannelEntry(at: .nanoseconds(1), operation: .authorise, status: 403, reference: nil))
        try journal.append(
            ChannelEntry(
                at: .nanoseconds(2), operation: .authorise, tag: .verified, booking: .authorised, status: 200,
                key: 9, reference: payment, amount: 4_900, currency: try Currency("CNY")))
        try journal.append(
            ChannelEntry(
                at: .nanoseconds(3), operation: .capture, tag: .verified, booking: .captured, status: 200,
                reference: PaymentReference("cap\\1"), payment: payment.digest, amount: 4_900,
                currency: try Currency("CNY")))
        try journal.append(ChannelEntry(at: .nanoseconds(4), operation: .query, status: 200, reference: payment))
        try journal.append(
            ChannelEntry(
                kind: .settlement, at: .seconds(5), operation: .transfer, booking: .pending,
                reference: PaymentReference("-2"), amount: -7))
        return journal
    }

    @Test func `a statement as CSV is these bytes`() throws {
        let text = String(decoding: try Self.text(try Self.small()).bytes, as: UTF8.self)
        #expect(
            text == """
                sequence,at_ns,reference,payment_digest,operation,booking,amount_minor,currency\r
                1,2,"'=pay,1",,authorise,authorised,4900,CNY\r
                2,3,cap\\1,\(Self.paymentDigest),capture,captured,4900,CNY\r
                3,5000000000,'-2,,transfer,pending,-7,\r

                """)
    }

    @Test func `a statement as NDJSON is these bytes`() throws {
        let text = String(decoding: try Self.text(try Self.small(), form: .ndjson).bytes, as: UTF8.self)
        #expect(
            text == """
                {"sequence":1,"at_ns":2,"reference":"=pay,1","payment_digest":null,"operation":"authorise",\
                "booking":"authorised","amount_minor":4900,"currency":"CNY"}
                {"sequence":2,"at_ns":3,"reference":"cap\\\\1","payment_digest":"\(Self.paymentDigest)",\
                "operation":"capture","booking":"captured","amount_minor":4900,"currency":"CNY"}
                {"sequence":3,"at_ns":5000000000,"reference":"-2","payment_digest":null,"operation":"transfer",\
                "booking":"pending","amount_minor":-7,"currency":null}

                """)
    }

    /// Of `=pay,1`, as another program computed it from the description.
    private static let paymentDigest = "0c5b878a07b88dd9d47ae5189f495dbb"

    @Test func `a digest is the one of its description`() {
        #expect(PaymentReference("pay-0001")?.digest == 0xc875_73bd_5a5f_bcee_e033_dc3c_6053_ae1e)
        #expect(PaymentReference("pay-0001!")?.digest == 0xde38_f8b0_738f_3d18_13a3_428c_d0b9_8180)
    }

    @Test(arguments: StatementRule.Form.allCases)
    func `a statement that comes in two pieces is read wherever it is cut`(form: StatementRule.Form) throws {
        let bytes = try Self.text(try Self.small(), form: form).bytes
        let whole = try Self.lines(bytes, form)
        #expect(whole.count == 3)
        for place in bytes.indices {
            var reader = ChannelStatementReader(form)
            let first = try reader.read(Array(bytes[..<place]))
            let second = try reader.read(Array(bytes[place...]))
            #expect(first + second == whole)
            try reader.finish()
        }
    }

    @Test(arguments: StatementRule.Form.allCases)
    func `a statement that breaks off inside a line is refused`(form: StatementRule.Form) throws {
        let bytes = try Self.text(try Self.small(), form: form).bytes
        for place in bytes.indices where place > 0 && bytes[place - 1] != UInt8(ascii: "\n") {
            var reader = ChannelStatementReader(form)
            _ = try reader.read(Array(bytes[..<place]))
            #expect(throws: StatementFault.self) { try reader.finish() }
        }
    }

    @Test func `an empty statement has a header as CSV, and nothing as NDJSON`() throws {
        let journal = ChannelJournalWriter(inMemoryFor: "icbc")
        let csv = try Self.text(journal).bytes
        #expect(csv.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(try Self.lines(csv, .csv).isEmpty)
        #expect(try Self.text(journal, form: .ndjson).bytes.isEmpty)
        #expect(throws: StatementFault(line: 1, reason: "the statement has no header")) { try Self.lines([], .csv) }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `both forms tell what the journal tells`(seed: UInt64) throws {
        let journal = ChannelJournalWriter(inMemoryFor: "icbc")
        var draw = EntryDraw(seed)
        for _ in 0..<3_000 { try journal.append(draw.entry()) }
        let expected = journal.entriesInMemory.filter { $0.booking != .none }.enumerated().map { index, entry in
            StatementLine(
                sequence: UInt64(index) + 1, at: entry.at + entry.took, reference: entry.reference ?? Self.noReference,
                payment: entry.payment, operation: entry.operation, booking: entry.booking, amount: entry.amount,
                currency: entry.currency)
        }
        for form in StatementRule.Form.allCases {
            let (bytes, pieces) = try Self.text(journal, form: form)
            #expect(pieces.count > 3 && pieces.allSatisfy { $0 <= ChannelStatement.pieceBytesMax }, "seed \(seed)")
            #expect(try Self.lines(bytes, form) == expected, "seed \(seed)")
        }
    }

    private static let noReference = PaymentReference("none")!

    @Test func `no line begins a formula in a spreadsheet, or is longer than a reader takes`() throws {
        let journal = ChannelJournalWriter(inMemoryFor: "icbc")
        let lead = Array("=+-@,\\|%0;!".utf8)
        for first in lead {
            let name = String(decoding: [first] + [UInt8](repeating: UInt8(ascii: "\\"), count: 47), as: UTF8.self)
            try journal.append(
                ChannelEntry(
                    at: .nanoseconds(.min), operation: .authorise, booking: .transferred,
                    reference: PaymentReference(name), payment: .max, amount: .min, currency: try Currency("CNY")))
        }
        let text = String(decoding: try Self.text(journal).bytes, as: UTF8.self)
        for line in text.split(separator: "\r\n").dropFirst() {
            let name = line.split(separator: ",", maxSplits: 2)[2].drop { $0 == "\"" }
            #expect(!["=", "+", "-", "@"].contains(name.first), "\(line)")
        }
        for form in StatementRule.Form.allCases {
            let bytes = try Self.text(journal, form: form).bytes
            #expect(bytes.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count < 512 })
            #expect(try Self.lines(bytes, form).count == lead.count)
        }
    }

    @Test func `a loop gets its turn back where many entries have no line`() throws {
        let journal = ChannelJournalWriter(inMemoryFor: "icbc")
        let query = ChannelEntry(at: .zero, operation: .query, reference: PaymentReference("pay"))
        for _ in 0..<3 * ChannelStatement.pieceEntriesMax { try journal.append(query) }
        try journal.append(.numbered(1))
        let pieces = try Self.text(journal, form: .ndjson).pieces
        #expect(pieces.count == 4 && pieces.dropLast().allSatisfy { $0 == 0 } && pieces[3] > 0)
    }

    // MARK: Refusals

    private static let good = "1,2,pay,,authorise,authorised,4900,CNY"
    private static let refusals: [(line: String, reason: String)] = [
        ("1,2,pay,,authorise,authorised,4900,CNY,", "expected 8 fields, found 9"),
        ("", "expected 8 fields, found 1"),
        ("2,2,pay,,authorise,authorised,4900,CNY", "expected line 1 of the statement, found line 2"),
        ("+1,2,pay,,authorise,authorised,4900,CNY", #"'sequence': expected a whole number, found "+1""#),
        ("-1,2,pay,,authorise,authorised,4900,CNY", #"'sequence': expected a whole number, found "-1""#),
        ("1,02,pay,,authorise,authorised,4900,CNY", #"'at_ns': expected a whole number, found "02""#),
        (
            "1,2,,,authorise,authorised,4900,CNY",
            #"'reference': expected a reference of 1 to 48 printable characters, found """#
        ),
        (
            "1,2,'pay,,authorise,authorised,4900,CNY",
            #"'reference': expected a reference of 1 to 48 printable characters, found "'pay""#
        ),
        (
            "1,2,p\u{1B}[2J,,authorise,authorised,4900,CNY",
            #"'reference': expected a reference of 1 to 48 printable characters, found "p\u001b[2J""#
        ),
        (
            "1,2,pay,00,authorise,authorised,4900,CNY",
            #"'payment_digest': expected 32 hexadecimal digits or nothing, found "00""#
        ),
        (
            "1,2,pay,,pay,authorised,4900,CNY",
            "'operation': expected one of authorise, capture, reverse, refund, transfer, query, statement, found \"pay\""
        ),
        (
            "1,2,pay,,authorise,none,4900,CNY",
            "'booking': expected one of pending, declined, authorised, captured, reversed, refunded, transferred, "
                + "found \"none\""
        ),
        ("1,2,pay,,authorise,authorised,49.00,CNY", #"'amount_minor': expected a whole number, found "49.00""#),
        (
            "1,2,pay,,authorise,authorised,9223372036854775808,CNY",
            #"'amount_minor': expected a whole number, found "9223372036854775808""#
        ),
        ("1,2,pay,,authorise,authorised,4900,cny", #"'currency': expected a currency's code or nothing, found "cny""#),
        ("1,2,\"pay,,authorise,authorised,4900,CNY", "a field in quotes that does not end on its line"),
        ("1,2,\"pay\"x,,authorise,authorised,4900,CNY", "expected ',' behind a field in quotes"),
        ("1,2,p\"ay,,authorise,authorised,4900,CNY", "a quote inside a field without quotes"),
        (String(repeating: "1", count: 1_100), "a line of more than 1024 bytes"),
    ]

    @Test func `a line of a CSV that is not right is refused with its number and reason`() throws {
        let header = "sequence,at_ns,reference,payment_digest,operation,booking,amount_minor,currency\r\n"
        #expect(try Self.lines(Array("\(header)\(Self.good)\r\n".utf8), .csv).count == 1)
        for (line, reason) in Self.refusals {
            #expect(throws: StatementFault(line: 2, reason: reason)) {
                try Self.lines(Array("\(header)\(line)\r\n".utf8), .csv)
            }
        }
        #expect(throws: StatementFault(line: 3, reason: "expected line 2 of the statement, found line 1")) {
            try Self.lines(Array("\(header)\(Self.good)\r\n\(Self.good)\r\n".utf8), .csv)
        }
        #expect(throws: StatementFault(line: 2, reason: "expected CR LF at the end of the line")) {
            try Self.lines(Array("\(header)\(Self.good)\n".utf8), .csv)
        }
        #expect(throws: StatementFault(line: 1, reason: "expected the header '\(header.dropLast())'")) {
            try Self.lines(Array("\(Self.good)\r\n".utf8), .csv)
        }
    }

    @Test(arguments: [
        ("[1]", "expected an object"),
        ("{", "column 2: the text ends inside a value"),
        (#"{"sequence":1}"#, "'at_ns' is missing"),
        (#"{"sequence":1,"Sequence":1}"#, #""Sequence" is no field of a statement"#),
        (#"{"sequence":"1","at_ns":2}"#, "'sequence': expected a whole number"),
        (#"{"sequence":1,"at_ns":2.0}"#, "'at_ns': expected a whole number"),
        (#"{"sequence":1,"at_ns":2,"reference":null}"#, "'reference': expected a string"),
        (#"{"sequence":1,"at_ns":2,"reference":"pay","payment_digest":""}"#, "'payment_digest': expected a string"),
        ("", "column 1: the text ends inside a value"),
    ])
    func `a line of NDJSON that is not right is refused with its number and reason`(
        line: String, reason: String
    ) throws {
        #expect(throws: StatementFault(line: 1, reason: reason)) {
            try Self.lines(Array("\(line)\n".utf8), .ndjson)
        }
    }

    // MARK: Planted

    /// What an audit sees that knows the journal: references that it misses, that it has never seen, and whose amounts
    /// are others.
    struct Difference: Equatable {
        var missing: Set<PaymentReference> = []
        var extra: Set<PaymentReference> = []
        var changed: Set<PaymentReference> = []

        init() {}

        init(_ lines: [StatementLine], against entries: [ChannelEntry]) {
            struct Fact: Hashable {
                let reference: PaymentReference
                let booking: ChannelEntry.Booking
            }
            var amounts: [Fact: Int64] = [:]
            for entry in entries where entry.booking != .none {
                if let reference = entry.reference {
                    amounts[Fact(reference: reference, booking: entry.booking)] = entry.amount
                }
            }
            for line in lines {
                switch amounts.removeValue(forKey: Fact(reference: line.reference, booking: line.booking)) {
                case line.amount: break
                case nil: extra.insert(line.reference)
                default: changed.insert(line.reference)
                }
            }
            missing = Set(amounts.keys.map(\.reference))
        }
    }

    private static func payments() throws -> ChannelJournalWriter {
        let journal = ChannelJournalWriter(inMemoryFor: "icbc")
        for number in 0..<4_000 {
            let reference = PaymentReference("pay-\(number)")
            let payment = { (kind: ChannelEntry.Kind, booking: ChannelEntry.Booking) in
                ChannelEntry(
                    kind: kind, at: .microseconds(Int64(number)), operation: .authorise, booking: booking,
                    reference: reference, amount: number == 5 ? .max : Int64(number), currency: nil)
            }
            if number % 3 == 0 { try journal.append(payment(.request, .pending)) }
            try journal.append(payment(.settlement, .captured))
        }
        return journal
    }

    @Test(arguments: [1, 7, 20_260_101] as [UInt64], StatementRule.Form.allCases)
    func `what was planted is all that an audit finds`(seed: UInt64, form: StatementRule.Form) throws {
        let rule = StatementRule(form: form, missing: Ratio(0.01), extra: Ratio(0.02), offByOne: Ratio(0.03))
        let journal = try Self.payments()
        let entries = journal.entriesInMemory
        var planted = Difference()
        for reference in Set(entries.compactMap(\.reference)) {
            switch rule.planted(for: reference, seed: Seed(seed)) {
            case nil: break
            case .missing: planted.missing.insert(reference)
            case .extra: planted.extra.insert(reference.strayTwin(seed: Seed(seed)))
            case .offByOne: planted.changed.insert(reference)
            }
        }
        let lines = try Self.lines(try Self.text(journal, rule, seed: seed).bytes, form)
        #expect(Difference(lines, against: entries) == planted, "seed \(seed)")
        // Of 4,000 within five standard deviations.
        #expect((9...71).contains(planted.missing.count), "seed \(seed)")
        #expect((36...124).contains(planted.extra.count), "seed \(seed)")
        #expect((67...173).contains(planted.changed.count), "seed \(seed)")
    }

    @Test func `a statement in which nothing is planted differs in nothing`() throws {
        let journal = try Self.payments()
        let lines = try Self.lines(try Self.text(journal).bytes, .csv)
        #expect(Difference(lines, against: journal.entriesInMemory) == Difference())
    }

    @Test func `an amount that is the largest is off by one the other way`() throws {
        let journal = try Self.payments()
        let lines = try Self.lines(try Self.text(journal, StatementRule(offByOne: Ratio(1))).bytes, .csv)
        #expect(lines.first { $0.reference == PaymentReference("pay-5") }?.amount == Int64.max - 1)
        #expect(lines.first { $0.reference == PaymentReference("pay-6") }?.amount == 7)
    }

    @Test func `the statement of a bank that was killed is the one of its journal`() async throws {
        let folder = try TestFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let writer = try ChannelJournalTests.writer(path)
            for number in 0..<100 { try writer.append(.numbered(number)) }
            kill(getpid(), SIGKILL)
        }
        var statement = ChannelStatement(
            try ChannelJournalReader(folder: folder.path), rule: StatementRule(), seed: Seed(1))
        let piece = try #require(try statement.nextPiece())
        #expect(try Self.lines(piece, .csv).map(\.amount) == (0..<100).map { $0 * -100 })
        #expect(try statement.nextPiece() == nil)
    }
}
