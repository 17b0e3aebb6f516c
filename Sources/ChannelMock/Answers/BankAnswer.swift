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

/// The text of an answer, without a tree: a bank under load writes thousands a second. Each name, and each text, is put
/// behind the others in one piece.
struct AnswerText {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(192)
    }

    /// `value` is one of our own words or a checked reference: nothing in it wants an escape.
    mutating func add(_ name: StaticString, plain value: String) {
        begin(name)
        let letters = value.utf8Span.span
        bytes.append(addingCapacity: letters.count + 2) { room in
            room.append(UInt8(ascii: "\""))
            for index in letters.indices { room.append(letters[index]) }
            room.append(UInt8(ascii: "\""))
        }
    }

    mutating func add(_ name: StaticString, _ reference: PaymentReference) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        reference.append(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func add(_ name: StaticString, _ currency: Currency) {
        begin(name)
        let letters = currency.letters
        bytes.append(addingCapacity: 5) { room in
            room.append(UInt8(ascii: "\""))
            room.append(UInt8(truncatingIfNeeded: letters &>> 16))
            room.append(UInt8(truncatingIfNeeded: letters &>> 8))
            room.append(UInt8(truncatingIfNeeded: letters))
            room.append(UInt8(ascii: "\""))
        }
    }

    mutating func add(_ name: StaticString, _ number: Int64) {
        begin(name)
        bytes.append(addingCapacity: 20) { room in
            if number < 0 { room.append(UInt8(ascii: "-")) }
            var unit: UInt64 = 1
            while number.magnitude / unit >= 10 { unit *= 10 }
            while unit > 0 {
                room.append(0x30 | UInt8(truncatingIfNeeded: number.magnitude / unit % 10))
                unit /= 10
            }
        }
    }

    mutating func end() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func begin(_ name: StaticString) {
        let opening = bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ",")
        name.withUTF8Buffer { letters in
            bytes.append(addingCapacity: letters.count + 4) { room in
                room.append(opening)
                room.append(UInt8(ascii: "\""))
                for index in 0..<letters.count { unsafe room.append(letters[index]) }
                room.append(UInt8(ascii: "\""))
                room.append(UInt8(ascii: ":"))
            }
        }
    }
}
