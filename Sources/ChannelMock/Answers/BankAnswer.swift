import ChannelProfile
import Evidence
import HTTPWire
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

/// The text of an answer, without a tree: a bank under load writes thousands a second.
struct AnswerText {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(192)
        bytes.append(UInt8(ascii: "{"))
    }

    /// `value` is one of our own words or a checked reference: nothing in it wants an escape.
    mutating func add(_ name: StaticString, plain value: some Sequence<UInt8>) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: value)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func add(_ name: StaticString, _ reference: PaymentReference) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        reference.append(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func add(_ name: StaticString, _ number: Int64) {
        begin(name)
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func end() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func begin(_ name: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { letters in unsafe bytes.append(contentsOf: letters) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }
}
