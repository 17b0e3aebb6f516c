import StackVocabulary

/// The payments that were changed last, as the store has them.
///
/// A payment is put here when its change is durable, and taken out when somebody found it to be of another version.
/// Bounded: the one that came first is forgotten first.
final class PaymentShelf {
    static let paymentsMax = 65_536

    /// Payments are large, and a dictionary moves what stands beside the one that is taken out.
    private var places: [RecordID: Int32] = [:]
    /// In the order in which they came, around and around; nil for one that was forgotten.
    private var payments: [Payment?] = []
    private var next = 0

    init() {
        places.reserveCapacity(Self.paymentsMax + 1)
    }

    subscript(id: RecordID) -> Payment? { places[id].flatMap { payments[Int($0)] } }

    /// One that was read before a change and comes after it is left out.
    func put(_ payment: Payment) {
        if let place = places[payment.id] {
            if let held = payments[Int(place)]?.version, held > payment.version { return }
            payments[Int(place)] = payment
        } else if payments.count < Self.paymentsMax {
            places[payment.id] = Int32(payments.count)
            payments.append(payment)
        } else {
            if let oldest = payments[next]?.id { places[oldest] = nil }
            places[payment.id] = Int32(next)
            payments[next] = payment
            next = (next + 1) % Self.paymentsMax
        }
    }

    func forget(_ id: RecordID) {
        // Its place stays empty until its turn comes.
        if let place = places.removeValue(forKey: id) { payments[Int(place)] = nil }
    }
}
