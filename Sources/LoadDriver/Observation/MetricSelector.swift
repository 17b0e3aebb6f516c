/// Reads single values out of the text format in which Prometheus scrapes.
///
///     queue_depth{queue="order",shard="1"} 17 1762819200000
///
/// A selector names a metric and labels that must be there, `queue_depth{queue="order"}`; what matches is summed, as the
/// shards of a queue are one queue.
struct MetricSelector: Sendable, Equatable {
    let name: String
    let labels: [Label]
    private let nameBytes: [UInt8]

    struct Label: Sendable, Equatable {
        let name: String
        let value: String
    }

    /// Nil for what is no selector.
    init?(_ text: String) {
        guard let (name, labels, rest) = Self.series(Array(text.utf8)[...]), rest.isEmpty, !name.isEmpty else {
            return nil
        }
        (self.name, self.labels, nameBytes) = (name, labels, Array(name.utf8))
    }

    /// Nil where no series matches, or what matches has no sum: infinities of both signs.
    func value(in text: [UInt8]) -> Double? {
        var sum: Double?
        var start = 0
        while start < text.count {
            let end = Self.end(ofLineAt: start, in: text.span)
            if begins(start..<end, of: text.span), let value = value(of: text[start..<end]) { sum = (sum ?? 0) + value }
            start = end + 1
        }
        return sum.flatMap { $0.isNaN ? nil : $0 }
    }

    private static func end(ofLineAt start: Int, in text: Span<UInt8>) -> Int {
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
        return end
    }

    /// With the metric's name, or one that goes on behind it. Comments begin with no name.
    private func begins(_ line: Range<Int>, of text: Span<UInt8>) -> Bool {
        guard line.count >= nameBytes.count else { return false }
        for index in nameBytes.indices where text[line.lowerBound + index] != nameBytes[index] { return false }
        return true
    }

    private func value(of line: ArraySlice<UInt8>) -> Double? {
        guard let (name, labels, rest) = Self.series(line), name == self.name,
            self.labels.allSatisfy({ labels.contains($0) })
        else { return nil }
        let words = rest.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == 0x0D }
        guard let number = words.first.map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
        return Double(number).flatMap { $0.isNaN ? nil : $0 }
    }

    private static func series(
        _ bytes: ArraySlice<UInt8>
    ) -> (name: String, labels: [Label], rest: ArraySlice<UInt8>)? {
        let name = bytes.prefix { isNameByte($0) }
        var rest = bytes[name.endIndex...]
        var labels: [Label] = []
        guard rest.first == UInt8(ascii: "{") else { return (String(decoding: name, as: UTF8.self), [], rest) }
        rest = rest.dropFirst()
        while true {
            rest = rest.drop { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
            if rest.first == UInt8(ascii: "}") { break }
            let label = rest.prefix { isNameByte($0) }
            rest = rest[label.endIndex...]
            guard !label.isEmpty, rest.starts(with: "=\"".utf8) else { return nil }
            guard let (value, behind) = quoted(rest.dropFirst(2)) else { return nil }
            labels.append(Label(name: String(decoding: label, as: UTF8.self), value: value))
            rest = behind
        }
        return (String(decoding: name, as: UTF8.self), labels, rest.dropFirst())
    }

    private static func quoted(_ bytes: ArraySlice<UInt8>) -> (String, ArraySlice<UInt8>)? {
        var value: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return (String(decoding: value, as: UTF8.self), rest)
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
            default: value.append(byte)
            }
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
