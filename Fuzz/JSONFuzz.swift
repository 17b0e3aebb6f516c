// The libFuzzer entry of the readers of JSON; scripts/fuzz builds and runs it.
//
// An input is a text. A finding is a trap; a value that is another one when it was written and read again; or a path
// that is found where the whole text has no such value, is missed where it has one, or lies outside the text.

import JSON

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer lends `count` bytes for the duration of this call.
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    let whole = try? JSONValue(parsing: bytes)
    if let whole {
        guard (try? JSONValue(parsing: Array(whole.written(.compact).utf8))) == whole else {
            fatalError("what was written reads back as something else")
        }
    }
    for path in paths { check(path, bytes, whole) }
    return 0
}

private let paths: [[JSONPathScan.Part]] = [
    [], [.member("a")], [.index(1)], [.member("a"), .member("b")], [.member("a"), .index(0)],
    [.index(0), .member("a"), .index(2)],
]

private func check(_ path: [JSONPathScan.Part], _ bytes: [UInt8], _ whole: JSONValue?) {
    let finding = JSONPathScan(path).find(in: bytes.span)
    if let finding {
        guard finding.range.lowerBound >= 0, finding.range.upperBound <= bytes.count else {
            fatalError("a finding outside the text")
        }
    }
    guard let whole else { return }
    let value = path.reduce(Optional(whole)) { value, part in
        switch part {
        case .member(let name): value?[name]
        case .index(let index): value?.elements.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        }
    }
    guard finding?.kind == value.map(kind) else { fatalError("\(path): found as \(String(describing: finding))") }
}

private func kind(_ value: JSONValue) -> JSONPathScan.Kind {
    switch value {
    case .null: .null
    case .boolean: .boolean
    case .integer, .unsigned, .number: .number
    case .text: .text
    case .array: .array
    case .object: .object
    }
}
