import EventLoop
import JSON
import StackVocabulary

extension PaymentDesk {
    /// Rows that are looked at in search of those that are undecided: authorised payments are open as well.
    private static let openRowsSeenMax = 20_000

    /// The oldest payments and refunds of which nobody knows, or whose bank has not decided.
    func open(atMost limit: Int) async throws(StoreFailure) -> [JSONValue] {
        var lines: [JSONValue] = []
        var (last, seen): (RecordID?, Int) = (nil, 0)
        while lines.count < limit, seen < Self.openRowsSeenMax {
            let page = try await store.openPayments(after: last, limit: OperatorDesk.pageRows)
            guard let end = page.last?.id else { break }
            lines += page.filter { $0.state == .processing || $0.state == .unknown }.map(line)
            (last, seen) = (end, seen + page.count)
        }
        let refunds = try await store.openRefunds(after: nil, limit: limit)
        return Array((lines.prefix(limit) + refunds.map(line)).prefix(limit))
    }

    private func line(_ payment: Payment) -> JSONValue {
        line(payment.id, "payment", payment.state.name, payment.createdAt, [("channel", name(payment.channel))])
    }

    private func line(_ refund: Refund) -> JSONValue {
        line(refund.id, "refund", refund.state.name, refund.createdAt, [("payment", refund.payment.description)])
    }

    private func line(
        _ id: RecordID, _ kind: String, _ state: String, _ createdAt: Int64, _ more: [(String, String?)]
    ) -> JSONValue {
        .present(
            [
                ("record", .text(id.description)), ("kind", .text(kind)), ("state", .text(state)),
                ("age_ms", .integer(max(0, now - createdAt))),
            ] + more.map { ($0.0, $0.1.map(JSONValue.text)) })
    }
}
