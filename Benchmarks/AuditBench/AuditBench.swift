// What it costs to bring the evidence of many payments together and to audit it. Sources are made first, untimed: segments
// of the driver, a ledger of the stack and a statement of a bank, of payments that are all in order.
//
//     AuditBench PAYMENTS [FOLDER] [--shuffled] [--each] [--make-only | --reuse]
//
// prints one JSON object. `--shuffled` gives the books random ids instead of ids in the order of time, `--each` asks one
// check after the other.

import Audit
import ChannelProfile
import EventLoop
import Evidence
import Glibc
import SQLite
import SeededRandom
import StackVocabulary
import Timebase

struct Made {
    let folder: String
    let count: Int
    let isShuffled: Bool
    static let beginMilliseconds: Int64 = 1_790_000_000_000
    static let perMillisecond = 20

    var ledger: String { "\(folder)/ledger.db" }
    var segments: String { "\(folder)/segments" }
    var statement: String { "\(folder)/statement.csv" }

    func key(_ index: Int) -> UInt128 {
        let milliseconds = UInt128(Self.beginMilliseconds + Int64(index / Self.perMillisecond))
        return milliseconds << 80 | UInt128(Seed(7).child(UInt64(index)).bits)
    }

    func id(_ index: Int) -> RecordID {
        let id = RecordID(
            milliseconds: Self.beginMilliseconds + Int64(index / Self.perMillisecond), .shadow, shard: 0, worker: 0,
            sequence: index % Self.perMillisecond)
        guard isShuffled else { return id }
        return RecordID(bits: Seed(9).child(UInt64(index)).bits >> 4 | 1 << 21)
    }

    func amount(_ index: Int) -> Int64 { 1_000 + Int64(index % 10_000) }

    func make() throws {
        try makeSegments()
        try makeLedger()
        try makeStatement()
    }

    private func makeSegments() throws {
        let writer = try EvidenceWriter(folder: segments, worker: 0, runID: "bench", planDigest: "00")
        for index in 0..<count {
            let at = TimeSpan.microseconds(50 * Int64(index))
            let place = try writer.begin(
                Intent(
                    step: 0, arrival: UInt64(index), intendedAt: at, sentAt: at, key: key(index), amount: amount(index))
            )
            writer.end(
                place, EvidenceRecord.Ending(outcome: .ok, status: 201, completedAt: at + .milliseconds(2)))
        }
        try writer.close()
    }

    private func makeLedger() throws {
        let database = try Database(ledger, .creating)
        try database.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096; BEGIN")
        try database.run("CREATE TABLE channels (number INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        try database.run("INSERT INTO channels VALUES (0, 'icbc')")
        for prefix in ["live", "shadow"] { try database.run(Self.tables.replacing("$", with: prefix)) }
        let payment = try database.prepare(
            "INSERT INTO shadow_payments VALUES (?,?,?,'CNY',?,0,1,NULL,?,?,6,2,0,1,?,0,0,'',0)")
        let attempt = try database.prepare("INSERT INTO shadow_attempts VALUES (?,?,112,1,0,?,?,0,1)")
        let line = try database.prepare("INSERT INTO shadow_journal VALUES (?,?,?,?,?,'CNY',?)")
        for index in 0..<count {
            let (id, at, amount) = (Int64(bitPattern: id(index).bits), id(index).milliseconds, amount(index))
            payment.bind(1, id)
            payment.bind(2, Int64(index % 1_000 + 1))
            payment.bind(3, SentKey.text(key(index)))
            payment.bind(4, amount)
            payment.bind(5, at)
            payment.bind(6, at + 2)
            payment.bind(7, amount)
            try payment.run()
            attempt.bind(1, Int64(index + 1))
            attempt.bind(2, id)
            attempt.bind(3, at)
            attempt.bind(4, at + 2)
            try attempt.run()
            for side in 0..<2 {
                line.bind(1, Int64(2 * index + side + 1))
                line.bind(2, Int64(2 * index + 2))
                line.bind(3, at)
                line.bind(4, id)
                line.bind(5, side == 0 ? Int64(index % 1_000 + 1) : 1 << 32)
                line.bind(6, side == 0 ? amount : -amount)
                try line.run()
            }
        }
        try database.run(
            """
            INSERT INTO shadow_balances SELECT row_number() OVER (), account, 'CNY', sum(amount) FROM shadow_journal
              GROUP BY account;
            UPDATE shadow_progress SET flushed = \(2 * count), journal = \(2 * count); COMMIT
            """)
    }

    private func makeStatement() throws {
        guard let file = unsafe fopen(statement, "w") else {
            throw EvidenceBenchFault(words: "cannot write \(statement)")
        }
        defer { unsafe fclose(file) }
        unsafe _ = fputs("sequence,at_ns,reference,payment_digest,operation,booking,amount_minor,currency\r\n", file)
        for index in 0..<count {
            unsafe _ = fputs(
                "\(index + 1),\(50_000 * index),\(id(index))-p1,,authorise,captured,\(amount(index)),CNY\r\n", file)
        }
    }

    private static let tables = """
        CREATE TABLE $_payments (id INTEGER PRIMARY KEY, merchant INTEGER NOT NULL, key TEXT NOT NULL, currency TEXT NOT NULL,
          amount INTEGER NOT NULL, bin INTEGER NOT NULL, captures_at_once INTEGER NOT NULL, notify TEXT,
          created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, state INTEGER NOT NULL, version INTEGER NOT NULL,
          channel INTEGER, attempt INTEGER NOT NULL, captured INTEGER NOT NULL, refunded INTEGER NOT NULL,
          refund_pending INTEGER NOT NULL, reason TEXT NOT NULL, queries INTEGER NOT NULL) STRICT;
        CREATE TABLE $_refunds (id INTEGER PRIMARY KEY, payment INTEGER NOT NULL, merchant INTEGER NOT NULL,
          key TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, created_ms INTEGER NOT NULL,
          changed_ms INTEGER NOT NULL, state INTEGER NOT NULL, version INTEGER NOT NULL, reason TEXT NOT NULL,
          queries INTEGER NOT NULL) STRICT;
        CREATE TABLE $_attempts (number INTEGER PRIMARY KEY, record INTEGER NOT NULL, kind INTEGER NOT NULL,
          attempt INTEGER NOT NULL, channel INTEGER NOT NULL, sent_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL,
          outcome INTEGER NOT NULL, sends INTEGER NOT NULL) STRICT;
        CREATE TABLE $_journal (number INTEGER PRIMARY KEY, change INTEGER NOT NULL, at_ms INTEGER NOT NULL,
          record INTEGER, account INTEGER NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL) STRICT;
        CREATE TABLE $_balances (number INTEGER PRIMARY KEY, account INTEGER NOT NULL, currency TEXT NOT NULL,
          amount INTEGER NOT NULL) STRICT;
        CREATE TABLE $_notifications (number INTEGER PRIMARY KEY, record INTEGER NOT NULL, version INTEGER NOT NULL,
          state INTEGER NOT NULL, attempts INTEGER NOT NULL, due_ms INTEGER NOT NULL, url TEXT NOT NULL,
          body BLOB NOT NULL) STRICT;
        CREATE TABLE $_progress (id INTEGER PRIMARY KEY, change INTEGER NOT NULL, journal INTEGER NOT NULL,
          flushed INTEGER NOT NULL) STRICT;
        INSERT INTO $_progress VALUES (0, 0, 0, 0);
        """
}

struct EvidenceBenchFault: Error {
    let words: String
}

/// Times and the memory of this process, told on the way.
final class Laps {
    let began = Laps.seconds()
    private var last = Laps.seconds()

    static func seconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static var peakMegabytes: Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1_024
    }

    /// Of processors, by this process.
    static var processorSeconds: Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    private var lastProcessor = Laps.processorSeconds

    var sinceBegin: Double { Self.seconds() - began }

    func end(_ name: String) {
        let now = Self.seconds()
        let processor = Self.processorSeconds
        say(
            "  \(name): \(now - last) s, \(processor - lastProcessor) s of processors, \(Self.peakMegabytes) MB at most"
        )
        (last, lastProcessor) = (now, processor)
    }

    func say(_ words: String) {
        let line = Array((words + "\n").utf8)
        unsafe _ = line.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    }
}

@main struct AuditBench {
    /// By two at once, as a run does it.
    private static func asked(_ path: String) throws -> AuditReport {
        let loop = try EventLoop.live()
        return try loop.run {
            async let first = share(path, 0, on: loop)
            async let second = share(path, 1, on: loop)
            async let seal = sealed(path, on: loop)
            try await seal
            return AuditReport(joining: try await [first, second])
        }
    }

    private static func sealed(_ path: String, on loop: EventLoop) async throws {
        try await loop.offload("seal") { () -> Result<Void, any Error> in
            Result { try EvidenceDatabase.seal(path) }
        }.get()
    }

    private static func share(_ path: String, _ place: Int, on loop: EventLoop) async throws -> AuditReport {
        try await loop.offload("audit") { () -> Result<AuditReport, any Error> in
            Result { try Auditor(EvidenceDatabase.open(path, isTrusted: true)).audit(AuditCheck.shares(2)[place]) }
        }.get()
    }

    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let count = words.first.flatMap { Int($0) } ?? 100_000
        let folder = words.dropFirst().first { !$0.hasPrefix("--") } ?? "."
        let made = Made(folder: folder, count: count, isShuffled: words.contains("--shuffled"))
        if !words.contains("--reuse") { try made.make() }
        if words.contains("--make-only") { return }

        var generator = GeneratorRecord(lag: [], gaps: GapRecord())
        generator.evidenceRecords = UInt64(count)
        let record = RunRecord(
            identity: RunIdentity(
                runID: "bench", plan: "bench", about: nil, planDigest: "00", seed: 7, version: "0", targets: [],
                allowed: []),
            stages: [],
            steps: [StepRecord(journey: "pay", title: "POST /v1/payments", priority: "normal", isFirst: true)],
            sliceLength: .seconds(1), slices: [], generator: generator, ending: .completed)

        let laps = Laps()
        let evidence = try EvidenceDatabase.draft(in: folder)
        let importing = EvidenceImport(into: evidence)
        try evidence.say("stack", "embedded")
        try importing.take(record)
        try importing.takeSent(record, from: .folder(made.segments))
        laps.end("sent")
        try importing.takeLedger(made.ledger, shadowPath: nil)
        laps.end("ledger")
        try importing.takeStatement(of: "icbc", "shadow", .csv, at: .file(made.statement), isEmbedded: true)
        laps.end("statement")
        for source in try evidence.sources() where source.state != .whole { laps.say("  \(source)") }
        try evidence.index()
        laps.end("indexes")
        let imported = laps.sinceBegin
        try evidence.finish()
        var findings: [AuditFinding] = []
        if words.contains("--each") {
            for check in AuditCheck.all {
                findings += try Auditor(evidence).audit([check]).findings
                laps.end("check \(check.name)")
            }
        } else {
            findings = try asked("\(folder)/\(EvidenceDatabase.fileName)").findings
            laps.end("checks")
        }
        let total = laps.sinceBegin
        let red = findings.filter { $0.status == .fail }
        for finding in red { laps.say("  \(finding.name): \(finding.count)") }
        print(
            """
            {"payments": \(count), "import_s": \(imported), "total_s": \(total), "peak_mb": \(Laps.peakMegabytes), \
            "red": \(red.count)}
            """)
    }
}
