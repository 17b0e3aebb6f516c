import Audit
import EventLoop
import StackVocabulary
import Timebase

/// A ledger in memory, of which its stack's operator tells what was added. The journal is read first: so the refunds that its
/// lines are about are there when they are asked for.
struct LedgerExportSource: LedgerSource {
    private let desk: OperatorClient
    private let loop: EventLoop

    init(of stack: RunStack, on loop: EventLoop) throws(PartFault) {
        self.loop = loop
        desk = try OperatorClient(
            of: "the embedded stack", at: stack.host.operatorDesk, token: stack.launch.token, on: loop)
    }

    func close() { desk.close() }

    func look(_ books: LedgerBooks) async -> LedgerBooks.Found {
        var found = LedgerBooks.Found()
        for namespace in Namespace.allCases { found.add(await look(namespace, books)) }
        return found
    }

    private func look(_ namespace: Namespace, _ books: LedgerBooks) async -> LedgerBooks.Found? {
        let limit = loop.simulation == nil ? LedgerLookout.exportRowsMax : LedgerLookout.rowsMax
        let after = books.with(namespace) { ($0.journal, $0.attempts, $0.refunds) }
        guard let journal = await fetch("journal", namespace, after.0, limit),
            let attempts = await fetch("attempts", namespace, after.1, limit),
            let refunds = await fetch("refunds", namespace, after.2, limit)
        else { return nil }
        let found = try? await loop.offload("ledger watch") { () -> LedgerBooks.Found? in
            books.with(namespace) { book in
                Self.take(journal, attempts, refunds, limit, into: &book, namespace)
            }
        }
        return found ?? nil
    }

    private func fetch(_ table: String, _ namespace: Namespace, _ place: Int64, _ limit: Int) async -> [UInt8]? {
        let flag = namespace == .shadow ? 1 : 0
        guard let sink = try? EvidenceSink(nil) else { return nil }
        do throws(PartFault) {
            try await desk.fetch(
                "/admin/export/\(table)?shadow=\(flag)&after=\(place)&limit=\(limit)", into: sink,
                within: OperatorClient.patience)
        } catch {
            return nil
        }
        return sink.bytes
    }

    // MARK: Reading

    private static func take(
        _ journal: [UInt8], _ attempts: [UInt8], _ refunds: [UInt8], _ limit: Int,
        into book: inout LedgerBooks.Book, _ namespace: Namespace
    ) -> LedgerBooks.Found? {
        var found = LedgerBooks.Found()
        guard let changes = ToldRows(journal), let calls = ToldRows(attempts), let given = ToldRows(refunds) else {
            return nil
        }
        for row in given.rows {
            guard let id = row.id, let payment = row.payment, let amount = row.amount else { continue }
            book.watch.take(refund: id, of: payment, amount, hasFailed: row.state == .failed)
        }
        for row in calls.rows where row.kind == .payment && row.outcome == .approved {
            if let record = row.record { book.watch.take(approved: record) }
        }
        for row in changes.rows { if let line = row.line { book.watch.take(line) } }
        (book.journal, book.attempts, book.refunds) = (changes.last, calls.last, given.last)
        found.rows = UInt64(changes.rows.count + calls.rows.count + given.rows.count)
        found.watermark = changes.watermark
        book.end(namespace, isWhole: changes.rows.count < limit, into: &found)
        return found
    }
}
