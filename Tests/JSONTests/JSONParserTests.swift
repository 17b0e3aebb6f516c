import JSON
import SeededRandom
import Testing

@Suite struct JSONParserTests {
    @Test func `members keep their order, and whole numbers are exact`() throws {
        let text = #"{"z":[1,-9223372036854775808,18446744073709551615],"a":{"x":null,"y":[true,false,-2.5e-3]}}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(
            value.written(.compact)
                == #"{"z":[1,-9223372036854775808,18446744073709551615],"a":{"x":null,"y":[true,false,-0.0025]}}"#)
        #expect(value["z"]?.elements?[2].uint64 == .max)
        #expect(value["z"]?.elements?[1].int64 == .min)
        #expect(value["z"]?.elements?[1].uint64 == nil)
    }

    @Test func `escapes are resolved`() throws {
        let value = try JSONValue(parsing: Array(#" "\"\\\/\b\f\n\r\té商\ud83d\ude00" "#.utf8))
        #expect(value.string == "\"\\/\u{8}\u{C}\n\r\té商\u{1F600}")
    }

    static let faults: [(text: String, line: Int, column: Int, JSONFault.Reason)] = [
        ("", 1, 1, .endOfText), ("  \n ", 2, 2, .endOfText), ("[1,2", 1, 5, .endOfText), (#"{"a""#, 1, 5, .endOfText),
        (#""a"#, 1, 3, .endOfText), (#""a\"#, 1, 4, .endOfText), (#""\u00"#, 1, 6, .endOfText),
        ("tru", 1, 4, .endOfText), ("-", 1, 2, .endOfText), ("1.", 1, 3, .endOfText),
        ("[1,]", 1, 4, .expected("a value")), ("[1 2]", 1, 4, .expected("',' or ']'")),
        ("{\n  \"a\": 1,\n}", 3, 1, .expected("a key in quotes")), ("{1:2}", 1, 2, .expected("a key in quotes")),
        (#"{"a" 1}"#, 1, 6, .expected("':'")), (#"{"a":1;}"#, 1, 7, .expected("',' or '}'")),
        ("nul1", 1, 4, .expected("'null'")), ("'a'", 1, 1, .expected("a value")), ("NaN", 1, 1, .expected("a value")),
        ("+1", 1, 1, .expected("a value")), (".5", 1, 1, .expected("a value")), ("1.e3", 1, 3, .expected("a digit")),
        ("-a", 1, 2, .expected("a digit")), ("1e+", 1, 4, .endOfText),
        ("-012", 1, 2, .expected("a number without leading zeros")), ("1e999", 1, 1, .numberTooLarge),
        ("1 2", 1, 3, .trailingBytes), ("{} // no", 1, 4, .trailingBytes), ("\u{FEFF}1", 1, 1, .expected("a value")),
        (#"{"a":1,"b":2,"\u0061":3}"#, 1, 14, .duplicateKey("a")), ("\"a\nb\"", 1, 3, .controlCharacter),
        (#""\x""#, 1, 2, .invalidEscape), (#""\u00g0""#, 1, 2, .invalidEscape),
        (#""\ud800""#, 1, 2, .unpairedSurrogate), (#""\udc00""#, 1, 2, .unpairedSurrogate),
        (#""\ud800\u0041""#, 1, 2, .unpairedSurrogate),
    ]

    @Test(arguments: faults.indices)
    func `a fault is told with its place and reason`(index: Int) {
        let (text, line, column, reason) = Self.faults[index]
        #expect(throws: JSONFault(line: line, column: column, reason: reason)) {
            try JSONValue(parsing: Array(text.utf8))
        }
    }

    @Test func `bytes that are not UTF-8 are a fault`() {
        for bytes in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE5, 0x95]] as [[UInt8]] {
            #expect(throws: JSONFault(line: 1, column: 2, reason: .invalidUTF8)) {
                try JSONValue(parsing: Array(#"[""#.utf8) + bytes + Array(#""]"#.utf8))
            }
        }
    }

    @Test func `every prefix of a text is a fault and no crash`() {
        let bytes = Array(#"{"a":[1.5e2,"x\u00e9\ud83d\ude00",{"b":[true,null]}]}"#.utf8)
        for count in 0..<bytes.count {
            #expect(throws: JSONFault.self) { try JSONValue(parsing: Array(bytes[..<count])) }
        }
    }

    @Test func `nesting and length have limits`() throws {
        let deep = { (levels: Int) in
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: deep(JSONValue.depthMax)) }
        #expect(throws: JSONFault(line: 1, column: 65, reason: .tooDeep(depthMax: 64))) {
            try JSONValue(parsing: deep(100_000))
        }
        #expect(throws: JSONFault(line: 1, column: 1, reason: .tooLong(bytesMax: 2))) {
            try JSONValue(parsing: Array("123".utf8), bytesMax: 2)
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `what is written reads back the same, in both forms`(seed: UInt64) throws {
        var random = Seed(seed).stream()
        let value = Self.value(depth: 0, using: &random)
        for form in [JSONForm.compact, .indented] {
            let bytes = value.bytes(form)
            let read = try JSONValue(parsing: bytes)
            #expect(read.bytes(form) == bytes, "seed \(seed)")
            #expect(read == value, "seed \(seed)")
        }
    }

    private static func value(depth: Int, using random: inout SeededRandom) -> JSONValue {
        switch random.below(depth < 4 ? 9 : 7) {
        case 0: .null
        case 1: .boolean(random.below(2) == 0)
        case 2: .integer(Int64(bitPattern: random.next() >> random.below(64)))
        case 3: .count(random.next())
        case 4: .number(Double(bitPattern: random.next()).isFinite ? Double(random.next()) / 1e7 : 0.5)
        case 5: .number(Double(bitPattern: random.next() >> 2))
        case 6: .text(text(using: &random))
        case 7: .array((0..<random.below(5)).map { _ in value(depth: depth + 1, using: &random) })
        default:
            .object(
                (0..<random.below(5)).map { ("\($0)" + text(using: &random), value(depth: depth + 1, using: &random)) })
        }
    }

    private static func text(using random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<random.below(6) {
            let scalar = Unicode.Scalar(UInt32(random.below(random.below(2) == 0 ? 0xA0 : 0x3000))) ?? "?"
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}

@Suite struct JSONPlaceTests {
    private let file = JSONPlace(
        .object([("run", .object([("slices", .array([.integer(1), .text("x")])), ("none", .null)]))]))

    @Test func `a reader says what it expected and where`() throws {
        let run = try file.member("run")
        #expect(throws: JSONPlace.Fault(path: "run", reason: "'stages' is missing")) { try run.member("stages") }
        #expect(throws: JSONPlace.Fault(path: "run.slices[1]", reason: "expected a whole number from 0 on")) {
            try run.member("slices").map { element throws(JSONPlace.Fault) in try element.uint64() }
        }
        #expect(throws: JSONPlace.Fault(path: "run.slices", reason: "expected an object")) {
            try run.member("slices").member("a")
        }
    }

    @Test func `null is as good as absent where a member is optional`() throws {
        let run = try file.member("run")
        #expect(try run.optional("none") == nil)
        #expect(try run.optional("other") == nil)
        #expect(try run.optional("slices")?.elements().count == 2)
    }
}
