package import ChannelProfile
import HTTPService
package import HTTPWire

/// What a bank is to tell about a payment, and whom.
package struct CallbackOrder: Sendable {
    package let reference: PaymentReference
    /// The bank's own name of the payment.
    package let payment: String?
    /// `payment.captured`.
    package let event: String
    package let status: String
    /// In minor units.
    package let amount: Int64
    package let currency: String
    /// As the request gave it: `http://127.0.0.1:8080/webhooks/o-17`.
    package let destination: String
    /// What the payment was marked with, so that what is told about it is marked as well.
    package let marks: FieldBlock

    package init(
        reference: PaymentReference, payment: String? = nil, event: String, status: String, amount: Int64,
        currency: String, destination: String, marks: FieldBlock = FieldBlock()
    ) {
        self.reference = reference
        self.payment = payment
        self.event = event
        self.status = status
        self.amount = amount
        self.currency = currency
        self.destination = destination
        self.marks = marks
    }
}

extension FieldBlock {
    /// The fields of a request that say whose traffic it is; `tag` names the one with the shadow token.
    package static func marks(from field: (String) -> String?, tag: String?) -> FieldBlock {
        var marks = FieldBlock()
        for name in ["traceparent", "tracestate", "baggage"] + (tag.map { [$0] } ?? []) {
            // What no field may carry came in none.
            if let value = field(name) { try? marks.add(name, value) }
        }
        return marks
    }
}
