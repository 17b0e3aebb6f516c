// Goal: what is wrong with the embedded stack's books is told while the run is under way, a second or two behind.
// Method: once a second what was added is read, and `LedgerWatch` says what is wrong with it. A ledger in a file is read
// beside the stack, each time in one transaction that sees one state; one in memory tells its operator. What is read is
// looked at on a thread of its own. A look has an end: who falls behind says so, and the audit behind the run sees all.
// Not here: what follows for the verdict; the audit asks all of it again.

import Audit
import EventLoop
import Evidence
import StackVocabulary
import Synchronization
import Timebase

final class LedgerLookout {
    static let every = TimeSpan.seconds(1)
    /// Of the events of a run; more are only counted.
    static let eventsMax = 20
    /// Of one table in one look.
    static let rowsMax = 20_000
    /// The same of a live stack that has to make them itself: a thousand rows stop its loop for some milliseconds.
    static let exportRowsMax = 500

    private let source: any LedgerSource
    private let loop: EventLoop
    private let books = LedgerBooks()
    private var watching: SpawnedTask?
    /// Where the next look is waited for.
    private var place: Parking?
    private var isOver = false
    private var began: Instant?
    private(set) var record = WatchRecord()
    private(set) var events: [RunEvent] = []

    var violations: UInt64 { record.violations.reduce(0) { $0 + $1.count } }

    init(of stack: RunStack, on loop: EventLoop) throws(PartFault) {
        self.loop = loop
        if loop.simulation == nil, let database = stack.launch.database {
            source = LedgerFileSource(path: database, loop)
        } else {
            source = try LedgerExportSource(of: stack, on: loop)
        }
    }

    func begin(at instant: Instant) {
        began = instant
        watching = loop.spawn { [self] in
            var next = instant + Self.every
            while case .timedOut = await stand(until: next) {
                await look()
                next = max(next + Self.every, loop.now)
            }
        }
    }

    private func stand(until instant: Instant) async -> Wake? {
        if isOver { return nil }
        let place = Parking(loop)
        self.place = place
        return await place.wait(until: instant)
    }

    /// Behind the traffic, with a last look.
    func rest() async {
        // A look that is under way comes to its end: what it has read is not read again.
        isOver = true
        _ = place?.wake()
        await watching?.join()
        watching = nil
        if began != nil { await look() }
        source.close()
    }

    private func look() async {
        record.looks += 1
        let found = await source.look(books)
        if found.hasFailed { record.failed += 1 }
        record.rows += found.rows
        record.watermark = max(record.watermark, found.watermark)
        if found.isBehind { record.behind += 1 }
        for violation in found.violations { tell(violation) }
    }

    private func tell(_ violation: LedgerBooks.Violation) {
        record.count(violation.check)
        guard events.count < Self.eventsMax else { return }
        let text = "the \(violation.namespace.name) books break \(violation.check): \(violation.words)"
        events.append(RunEvent(at: loop.now - (began ?? loop.now), kind: .note, text: text))
    }

    func note(in record: inout RunRecord) {
        record.watch = self.record
        record.events = (record.events + events).sorted { $0.at < $1.at }
    }
}

/// Where what was added to a ledger is had from.
protocol LedgerSource {
    func look(_ books: LedgerBooks) async -> LedgerBooks.Found
    func close()
}

/// What was read so far, of both namespaces. One thread at a time has it.
final class LedgerBooks: Sendable {
    struct Violation: Sendable {
        let namespace: Namespace
        let check: String
        let words: String
    }

    struct Found: Sendable {
        var rows: UInt64 = 0
        var watermark: Int64 = 0
        var isBehind = false
        /// Somebody did not tell.
        var hasFailed = false
        var violations: [Violation] = []

        /// The other namespace's as well; nil when nobody told.
        mutating func add(_ other: Found?) {
            guard let other else { return hasFailed = true }
            rows += other.rows
            watermark = max(watermark, other.watermark)
            isBehind = isBehind || other.isBehind
            violations += other.violations
        }
    }

    struct Book: Sendable {
        var watch = LedgerWatch()
        /// The last that were read.
        var journal: Int64 = 0
        var attempts: Int64 = 0
        var refunds: Int64 = 0

        mutating func end(_ namespace: Namespace, isWhole: Bool, into found: inout Found) {
            if !isWhole { found.isBehind = true }
            found.violations += watch.look(isWhole: isWhole).map {
                Violation(namespace: namespace, check: $0.check, words: $0.words)
            }
        }
    }

    private let books = Mutex([Book(), Book()])

    func with<Value: Sendable, Failure: Error>(
        _ namespace: Namespace, _ body: (inout Book) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try books.withLock { (books) throws(Failure) in try body(&books[Int(namespace.rawValue)]) }
    }
}
