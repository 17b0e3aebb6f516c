/// Names series of a page in the text format in which Prometheus scrapes:
///
///     queue_depth{queue="order",shard="1"} 17 1762819200000
///
/// A selector names a metric and labels that must be there, `queue_depth{queue="order"}`; what matches is summed, as
/// the shards of a queue are one queue.
struct MetricSelector: Sendable {
    let name: [UInt8]
    let labels: [Label]

    struct Label: Sendable {
        let name: [UInt8]
        let value: [UInt8]
    }

    /// Nil for what is no selector.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let series = SeriesText(at: 0..<bytes.count, of: bytes.span), series.rest.isEmpty, !series.name.isEmpty
        else { return nil }
        name = Array(bytes[series.name])
        labels = series.labels.map {
            Label(name: Array(bytes[$0.name]), value: SeriesText.unescaped($0.value, of: bytes.span))
        }
    }
}

/// The values that selectors have on a page, which is walked once for all of them: it is read on the loop that sends
/// the load, once a period.
struct MetricReader: Sendable {
    private let selectors: [MetricSelector?]
    /// Each name that is wanted, and by which selectors.
    private let wanted: [(name: [UInt8], places: [Int])]

    /// What is no selector has no value.
    init(_ selectors: [MetricSelector?]) {
        self.selectors = selectors
        var places: [[UInt8]: [Int]] = [:]
        for (place, selector) in selectors.enumerated() {
            if let selector { places[selector.name, default: []].append(place) }
        }
        wanted = places.map { ($0.key, $0.value) }
    }

    /// For each selector; nil where no series matches, or what matches has no sum: infinities of both signs.
    func values(in page: [UInt8]) -> [Double?] {
        var sums = [Double?](repeating: nil, count: selectors.count)
        let text = page.span
        var start = 0
        while start < text.count {
            let end = Self.end(ofLineAt: start, in: text)
            for (name, places) in wanted where text.begins(with: name, at: start, before: end) {
                add(start..<end, of: text, at: places, to: &sums)
            }
            start = end + 1
        }
        return sums.map { sum in sum.flatMap { $0.isNaN ? nil : $0 } }
    }

    private static func end(ofLineAt start: Int, in text: Span<UInt8>) -> Int {
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
        return end
    }

    /// The line begins with a name that is wanted, or with one that goes on behind it.
    private func add(_ line: Range<Int>, of text: Span<UInt8>, at places: [Int], to sums: inout [Double?]) {
        guard let series = SeriesText(at: line, of: text), let value = Self.number(in: series.rest, of: text) else {
            return
        }
        for place in places where selectors[place].map({ series.matches($0, in: text) }) == true {
            sums[place] = (sums[place] ?? 0) + value
        }
    }

    /// The first word; behind it there may be the time.
    private static func number(in rest: Range<Int>, of text: Span<UInt8>) -> Double? {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 0x0D }
        var start = rest.lowerBound
        while start < rest.upperBound, isBlank(text[start]) { start += 1 }
        var end = start
        while end < rest.upperBound, !isBlank(text[end]) { end += 1 }
        guard start < end else { return nil }
        return Double(String(decoding: text.bytes(start..<end), as: UTF8.self)).flatMap { $0.isNaN ? nil : $0 }
    }
}

/// Where the parts of a line stand: `name{label="value"} rest`.
private struct SeriesText {
    let name: Range<Int>
    private(set) var labels: [(name: Range<Int>, value: Range<Int>)] = []
    let rest: Range<Int>

    /// Nil for labels that are none.
    init?(at line: Range<Int>, of text: Span<UInt8>) {
        let end = line.upperBound
        name = Self.name(at: line.lowerBound..<end, of: text)
        var place = name.upperBound
        guard place < end, text[place] == UInt8(ascii: "{") else {
            rest = place..<end
            return
        }
        place += 1
        while true {
            while place < end, text[place] == UInt8(ascii: ",") || text[place] == UInt8(ascii: " ") { place += 1 }
            if place < end, text[place] == UInt8(ascii: "}") { break }
            let label = Self.name(at: place..<end, of: text)
            let value = label.upperBound + 2
            guard !label.isEmpty, value <= end, text[value - 2] == UInt8(ascii: "="),
                text[value - 1] == UInt8(ascii: "\""), let quote = Self.quote(behind: value..<end, of: text)
            else { return nil }
            labels.append((label, value..<quote))
            place = quote + 1
        }
        rest = (place + 1)..<end
    }

    func matches(_ selector: MetricSelector, in text: Span<UInt8>) -> Bool {
        guard text.isEqual(selector.name, at: name) else { return false }
        return selector.labels.allSatisfy { wanted in
            labels.contains {
                text.isEqual(wanted.name, at: $0.name) && Self.unescaped($0.value, of: text) == wanted.value
            }
        }
    }

    private static func name(at range: Range<Int>, of text: Span<UInt8>) -> Range<Int> {
        var end = range.lowerBound
        while end < range.upperBound, isNameByte(text[end]) { end += 1 }
        return range.lowerBound..<end
    }

    /// The one that ends the value; a backslash takes the byte behind it along.
    private static func quote(behind value: Range<Int>, of text: Span<UInt8>) -> Int? {
        var place = value.lowerBound
        while place < value.upperBound, text[place] != UInt8(ascii: "\"") {
            place += text[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return place < value.upperBound ? place : nil
    }

    static func unescaped(_ value: Range<Int>, of text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.count)
        var place = value.lowerBound
        while place < value.upperBound {
            var byte = text[place]
            if byte == UInt8(ascii: "\\") {
                place += 1
                byte = text[place] == UInt8(ascii: "n") ? UInt8(ascii: "\n") : text[place]
            }
            bytes.append(byte)
            place += 1
        }
        return bytes
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

extension Span<UInt8> {
    fileprivate func begins(with bytes: [UInt8], at start: Int, before end: Int) -> Bool {
        end - start >= bytes.count && isEqual(bytes, at: start..<(start + bytes.count))
    }

    fileprivate func isEqual(_ bytes: [UInt8], at range: Range<Int>) -> Bool {
        guard bytes.count == range.count else { return false }
        for index in bytes.indices where self[range.lowerBound + index] != bytes[index] { return false }
        return true
    }

    fileprivate func bytes(_ range: Range<Int>) -> [UInt8] { range.map { self[$0] } }
}
