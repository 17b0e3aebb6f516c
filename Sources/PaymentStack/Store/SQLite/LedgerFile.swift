import EventLoop
import SQLite
import StackVocabulary
import Timebase

/// One file of ledgers as the loop sees it: its writer and its reader are threads, to which it hands what gathered in a
/// turn, and which answer by letter.
final class LedgerFile {
    private let loop: EventLoop
    private let order: LedgerFileOrder
    private let changes: ThreadQueue<QueuedChange>
    private let questions: ThreadQueue<Question>
    private var gathered: [QueuedChange] = []
    private var desks: [Namespace: CommitDesk] = [:]
    private var asked = 0
    private var opening: Result<Opening, LedgerFault>?
    private let openingPlace: Parking
    private var threadsRunning = 0
    private let endPlace: Parking
    private var users: Int
    private(set) var channels = ChannelNames()
    private(set) var repaired = 0

    struct Opening: Sendable {
        let channels: ChannelNames
        let repaired: Int
    }

    typealias Question = @Sendable (_ reader: LedgerReader) -> Void

    /// Answers that are waited for; more are refused.
    static let questionsMax = 1_024

    init(_ order: LedgerFileOrder, waitingMax: Int, on loop: EventLoop) async throws(LedgerFault) {
        self.order = order
        self.loop = loop
        users = order.namespaces.count
        openingPlace = Parking(loop)
        endPlace = Parking(loop)
        do throws(SystemError) {
            changes = try ThreadQueue()
            questions = try ThreadQueue()
        } catch {
            throw LedgerFault(order.path, "cannot be opened: \(error)")
        }
        for namespace in order.namespaces { desks[namespace] = CommitDesk(loop, waitingMax: waitingMax) }
        try startWriter()
        while opening == nil { await openingPlace.rest() }
        guard let opened = try opening?.get() else { preconditionFailure("woken before it is open") }
        (channels, repaired) = (opened.channels, opened.repaired)
        try startReader()
    }

    // MARK: Threads

    private func startWriter() throws(LedgerFault) {
        let box = LoopBound(self, to: loop)
        try start("ledger-writer") { [order, loop, changes] in
            do throws(LedgerFault) {
                let writer = try LedgerWriter(order)
                let opening = Opening(channels: writer.channels, repaired: writer.repaired)
                loop.post { box.value.opened(.success(opening)) }
                writer.serve(changes) { answers in loop.post { box.value.deliver(answers) } }
            } catch {
                loop.post { box.value.opened(.failure(error)) }
            }
        }
    }

    private func startReader() throws(LedgerFault) {
        try start("ledger-reader") { [order, questions] in
            let reader = LedgerReader(order)
            while let asked = questions.next() {
                for question in asked { question(reader) }
            }
        }
    }

    private func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(LedgerFault) {
        let box = LoopBound(self, to: loop)
        do throws(SystemError) {
            try ForeignThread(name) { [loop] in
                body()
                loop.post { box.value.ended() }
            }.detach()
            threadsRunning += 1
        } catch {
            changes.close()
            throw LedgerFault(order.path, "cannot be opened: \(error)")
        }
    }

    private func opened(_ result: Result<Opening, LedgerFault>) {
        opening = result
        openingPlace.wake()
    }

    private func ended() {
        threadsRunning -= 1
        if threadsRunning == 0 { endPlace.wake() }
    }

    // MARK: Changes

    func commit(
        _ change: LedgerChange, _ namespace: Namespace
    ) async throws(StoreFailure) -> CommitOutcome {
        let desk = desk(namespace)
        let slot = try desk.take()
        gathered.append(QueuedChange(slot: slot, namespace: namespace, change: change, handedAt: loop.turnBegan))
        if gathered.count == 1 { loop.atEndOfTurn(self) }
        return try await desk.answer(slot)
    }

    private func desk(_ namespace: Namespace) -> CommitDesk {
        guard let desk = desks[namespace] else {
            preconditionFailure("'\(order.path)' holds no \(namespace.name) ledger")
        }
        return desk
    }

    func figures(_ namespace: Namespace) -> StoreFigures { desk(namespace).figures }

    private func deliver(_ answers: [LedgerAnswer]) {
        for namespace in order.namespaces {
            let desk = desk(namespace)
            guard let oldest = answers.first(where: { $0.namespace == namespace }) else { continue }
            desk.figures.groups += 1
            desk.figures.lag = loop.now - oldest.handedAt
            for answer in answers where answer.namespace == namespace {
                if case .success(let outcome) = answer.result { desk.figures.count(outcome, rows: answer.rows) }
                if let slot = answer.slot { desk.deliver(answer.result, to: slot) }
            }
        }
    }

    // MARK: Questions

    func ask<Value: Sendable>(
        _ operation: String, _ namespace: Namespace,
        _ work: @escaping @Sendable (LedgerReadings) throws(DatabaseError) -> Value
    ) async throws(StoreFailure) -> Value {
        guard asked < Self.questionsMax else {
            throw StoreFailure(operation: operation, cause: .behind(waiting: asked))
        }
        asked += 1
        defer { asked -= 1 }
        let place = AnswerPlace<Value>(loop)
        let box = LoopBound(place, to: loop)
        let isTaken = questions.put([
            { [loop] reader in
                let result = reader.answer(namespace, work)
                loop.post { box.value.deliver(result) }
            }
        ])
        guard isTaken else { throw StoreFailure(operation: operation, cause: .closed) }
        do throws(DatabaseError) {
            return try await place.answer()
        } catch {
            throw StoreFailure(operation: operation, cause: .database(code: error.code, error.description))
        }
    }

    // MARK: Its end

    /// The last of its users ends it; each waits until what was handed over is durable.
    func close(_ namespace: Namespace) async {
        _ = try? await commit(LedgerChange(at: 0), namespace)
        users -= 1
        guard users == 0 else { return }
        changes.close()
        questions.close()
        while threadsRunning > 0 { await endPlace.rest() }
    }
}

extension LedgerFile: DeferredWork {
    func runAtEndOfTurn() {
        let changes = gathered
        gathered = []
        self.changes.put(changes)
    }
}

/// Where the answer to a question lands on the loop.
private final class AnswerPlace<Value> {
    private let parking: Parking
    private var result: Result<Value, DatabaseError>?

    init(_ loop: EventLoop) {
        parking = Parking(loop)
    }

    func deliver(_ result: Result<Value, DatabaseError>) {
        self.result = result
        parking.wake()
    }

    func answer() async throws(DatabaseError) -> Value {
        while result == nil { await parking.rest() }
        guard let result else { preconditionFailure("woken without an answer") }
        return try result.get()
    }
}

/// The connection that answers questions, on a thread of its own: it waits for no writer, and none for it.
final class LedgerReader {
    private let opened: Result<[LedgerReadings], DatabaseError>
    private let namespaces: [Namespace]

    init(_ order: LedgerFileOrder) {
        namespaces = order.namespaces
        opened = Result { () throws(DatabaseError) in
            let database = try Database(order.path, .reading)
            return order.namespaces.map { LedgerReadings($0, in: database) }
        }
    }

    func answer<Value>(
        _ namespace: Namespace, _ work: (LedgerReadings) throws(DatabaseError) -> Value
    ) -> Result<Value, DatabaseError> {
        Result { () throws(DatabaseError) in
            let readings = try opened.get()
            guard let place = namespaces.firstIndex(of: namespace) else {
                preconditionFailure("no \(namespace.name) ledger in this file")
            }
            return try work(readings[place])
        }
    }
}
