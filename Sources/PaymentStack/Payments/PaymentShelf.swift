import StackVocabulary

/// The payments that were changed last, as the store has them.
///
/// A payment is put here when its change is durable, and taken out when somebody found it to be of another version.
/// Bounded: the one that came first is forgotten first.
final class PaymentShelf {
    static let paymentsMax = 65_536

    private var payments: [RecordID: Payment] = [:]
    private var order: [RecordID] = []
    private var next = 0

    init() {
        payments.reserveCapacity(Self.paymentsMax + 1)
    }

    subscript(id: RecordID) -> Payment? { payments[id] }

    /// One that was read before a change and comes after it is left out.
    func put(_ payment: Payment) {
        if let held = payments[payment.id], held.version > payment.version { return }
        guard payments.updateValue(payment, forKey: payment.id) == nil else { return }
        if order.count < Self.paymentsMax { return order.append(payment.id) }
        payments[order[next]] = nil
        order[next] = payment.id
        next = (next + 1) % Self.paymentsMax
    }

    func forget(_ id: RecordID) {
        // Its place in the order stays: it is only forgotten a little earlier when it comes again.
        payments[id] = nil
    }
}
