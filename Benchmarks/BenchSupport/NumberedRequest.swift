package import Cryptography
package import HTTPService
import HTTPWire
package import ShadowTag

package let benchKey = HMACKey(Array("the key of a benchmark, no secret".utf8))

package func benchTag(at now: Int64) -> ShadowTag {
    ShadowTag(RunID(secondsSince1970: now, entropy: [1, 2, 3, 4, 5]), expires: now + 86_400, key: benchKey)
}

/// A request for a payment of which all but a number is made once: in its key, and wherever else `blank` stands.
package struct NumberedRequest: Sendable {
    private let wire: [UInt8]
    private let places: [Int]
    private static let digits = 12

    package static let blank = String(repeating: "0", count: digits)

    package init(
        _ target: String, host: String, keyedBy keyField: String, tag: ShadowTag, fields more: [(String, String)] = [],
        body: String
    ) {
        var fields = FieldBlock()
        do {
            try fields.add("content-type", "application/json")
            try fields.add("x-shadow", tag.token)
            try fields.add("baggage", tag.baggage)
            try fields.add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            try fields.add(keyField, "key-\(Self.blank)-bench")
            for (name, value) in more { try fields.add(name, value) }
            let wire = try HTTPRequest(.post, target, host: host, fields: fields, body: Array(body.utf8)).wire
            self.wire = wire
            places = wire.indices.filter { index in
                index + Self.digits <= wire.count && wire[index..<index + Self.digits].allSatisfy { $0 == 0x30 }
            }
        } catch {
            fatalError("\(error)")
        }
    }

    package func request(_ number: Int) -> HTTPRequest {
        var wire = wire
        for place in places {
            var rest = number
            for digit in (0..<Self.digits).reversed() {
                wire[place + digit] = 0x30 + UInt8(rest % 10)
                rest /= 10
            }
        }
        return HTTPRequest(.post, wire: wire)
    }
}
