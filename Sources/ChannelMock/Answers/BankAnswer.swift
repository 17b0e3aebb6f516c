import ChannelProfile
import Evidence
import HTTPService
import HTTPWire
import JSON
import Money

/// What a bank answers, as bytes that can be kept and sent again.
struct BankAnswer {
    let status: UInt16
    let body: [UInt8]
    var isProblem = false
    var retryAfter: Int?
    /// How a provider marks an answer that it has given before.
    var replayMark: (name: String, value: String)?
    /// What it did to the books.
    var booking = ChannelEntry.Booking.none

    init(_ problem: Problem) {
        status = problem.status
        body = problem.body
        isProblem = true
        retryAfter = problem.retryAfter
    }

    init(_ status: UInt16, _ body: [UInt8], booking: ChannelEntry.Booking = .none) {
        self.status = status
        self.body = body
        self.booking = booking
    }

    var fields: FieldBlock {
        var fields = isProblem ? Self.problem : Self.json
        if let retryAfter { try? fields.add("retry-after", String(retryAfter)) }
        if let replayMark { try? fields.add(replayMark.name.lowercased(), replayMark.value) }
        return fields
    }

    static let json = fields("application/json")
    static let problem = fields("application/problem+json")

    static func fields(_ type: String) -> FieldBlock {
        var fields = FieldBlock()
        do throws(WireError) { try fields.add("content-type", type) } catch { preconditionFailure(error.reason) }
        return fields
    }
}

extension JSONObjectText {
    mutating func add(_ name: StaticString, _ reference: PaymentReference) {
        add(name, plainBy: { reference.append(to: &$0) })
    }

    mutating func add(_ name: StaticString, _ currency: Currency) {
        add(name, plainBy: { currency.append(to: &$0) })
    }
}
