import JSON
import SeededRandom
import Testing

/// The scanner against a parser that builds the tree.
struct PathScanTests {
    @Test func `the scanner finds what the tree holds`() throws {
        for seed in 0..<4_000 as Range<UInt64> {
            var random = Seed(seed).stream()
            let (document, tree) = Self.document(&random, depth: 0)
            let bytes = Array(document.utf8)
            #expect(Tree.parsed(bytes) == tree, "seed \(seed): \(document)")
            for (path, expected) in Self.paths(tree) {
                let found = JSONPathScan(path).find(in: bytes.span).flatMap { Self.tree($0, bytes) }
                #expect(found == expected, "seed \(seed): \(path) in \(document)")
            }
            let absent = path(absent: &random)
            #expect(JSONPathScan(absent).find(in: bytes.span) == nil, "seed \(seed): \(absent) in \(document)")
        }
    }

    private func path(absent random: inout SeededRandom) -> [JSONPathScan.Part] {
        random.chance(0.5) ? [.member("absent")] : [.index(100), .member("a")]
    }

    @Test func `what is cut short or changed is found whole or not at all`() {
        for seed in 0..<3_000 as Range<UInt64> {
            var random = Seed(seed).split("broken").stream()
            let (document, tree) = Self.document(&random, depth: 0)
            var bytes = Array(document.utf8)
            if random.chance(0.5) { bytes.removeLast(Int(random.below(UInt64(bytes.count)))) }
            for _ in 0..<random.below(3) where !bytes.isEmpty {
                bytes[Int(random.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
            }
            // What is found in a broken document must still be a value by itself.
            for (path, _) in Self.paths(tree) {
                guard let finding = JSONPathScan(path).find(in: bytes.span) else { continue }
                #expect(bytes.indices.contains(finding.range.lowerBound) || finding.range.isEmpty)
                guard finding.kind != .text, String(validating: bytes, as: UTF8.self) != nil else { continue }
                #expect(Tree.parsed(Array(bytes[finding.range])) != nil, "seed \(seed): \(path)")
            }
        }
    }

    @Test(arguments: [
        "", " ", "{", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\" 1}", "{a:1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}",
        "{\"a\":+1}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":\"x}", "{\"a\":\"\\x\"}",
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\n\"}", "{\"a\":[1,]}", "{\"a\":{\"b\":1,}}",
        "{\"a\":[1}",
        "{\"a\":{]}", "{\"b\":[}],\"a\":1}", "{\"b\":}\"a\":1}", "[\"a\",1]", "\"a\"", "{,\"a\":1}",
        "{\"b\":1 \"a\":1}",
    ]) func `malformed JSON holds nothing`(text: String) {
        #expect(JSONPathScan([.member("a")]).find(in: Array(text.utf8).span) == nil)
    }

    @Test func `nesting beyond the bound is not found, and does not crash`() {
        let path = JSONPathScan([.member("a")])
        for (depth, isFound) in [(10, true), (60, true), (65, false), (1_000_000, false)] {
            let text =
                #"{"x":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + #","a":1}"#
            #expect((path.find(in: Array(text.utf8).span) != nil) == isFound, "depth \(depth)")
        }
    }

    @Test func `keys with escapes, and braces in texts, are what they stand for`() throws {
        let text = #"{"x":"}],{\"a\":2","\u0061\/":"yes","a":{"b":[0,{"c":"\ud83d\ude00\n"}]}}"#
        let bytes = Array(text.utf8)
        let found = JSONPathScan([.member("a/")]).find(in: bytes.span)
        let slash = try #require(found)
        #expect(Self.tree(slash, bytes) == .text("yes"))
        let inside = JSONPathScan([.member("a"), .member("b"), .index(1), .member("c")]).find(in: bytes.span)
        let deep = try #require(inside)
        #expect(deep.hasEscapes)
        #expect(Self.tree(deep, bytes) == .text("😀\n"))
    }

    // MARK: Documents

    private static func tree(_ finding: JSONPathScan.Finding, _ bytes: [UInt8]) -> Tree? {
        guard finding.kind == .text else { return Tree.parsed(Array(bytes[finding.range])) }
        var text: [UInt8] = []
        guard JSONEscapes.unescape(bytes.span.extracting(finding.range), into: &text) else { return nil }
        return .text(String(decoding: text, as: UTF8.self))
    }

    /// Every path into a tree and what it leads to; of equal keys the first.
    private static func paths(_ tree: Tree) -> [([JSONPathScan.Part], Tree)] {
        var found: [([JSONPathScan.Part], Tree)] = [([], tree)]
        switch tree {
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                found += paths(element).map { ([.index(index)] + $0.0, $0.1) }
            }
        case .object(let members):
            for (index, member) in members.enumerated()
            where !members[..<index].contains(where: { $0.0 == member.0 }) {
                found += paths(member.1).map { ([.member(member.0)] + $0.0, $0.1) }
            }
        default: break
        }
        return found
    }

    private static let texts: [(String, String)] = [
        ("", ""), ("a", "a"), ("}{][", "}{]["), (#"\""#, "\""), (#"\\"#, "\\"), (#"\u00e9"#, "é"), ("é", "é"),
        (#"\ud83d\ude00"#, "😀"), (#"\n\t\/"#, "\n\t/"), (#"a\u0062c"#, "abc"), ("b", "b"), ("支", "支"), ("a:1,", "a:1,"),
    ]

    private static func document(_ random: inout SeededRandom, depth: Int) -> (String, Tree) {
        func space() -> String { random.chance(0.2) ? [" ", "\n", "\t ", "\r\n"][Int(random.below(4))] : "" }

        let content: (String, Tree)
        switch random.below(depth > 4 ? 5 : 9) {
        case 0: content = ("null", .null)
        case 1: content = ("true", .boolean(true))
        case 2: content = ("false", .boolean(false))
        case 3:
            let text = ["0", "-0", "17", "-1.5", "1e3", "2.5E-2", "1234567890123"][Int(random.below(7))]
            content = (text, .number(Double(text) ?? 0))
        case 4:
            let text = texts[Int(random.below(UInt64(texts.count)))]
            content = ("\"\(text.0)\"", .text(text.1))
        case 5, 6:
            let elements = (0..<random.below(4)).map { _ in document(&random, depth: depth + 1) }
            content = ("[" + space() + elements.map(\.0).joined(separator: ",") + "]", .array(elements.map(\.1)))
        default:
            let members = (0..<random.below(4)).map { _ in
                (texts[Int(random.below(UInt64(texts.count)))], document(&random, depth: depth + 1))
            }
            let rows = members.map { "\(space())\"\($0.0.0)\"\(space()):\($0.1.0)" }
            content = ("{" + rows.joined(separator: ",") + space() + "}", .object(members.map { ($0.0.1, $0.1.1) }))
        }
        return (space() + content.0 + space(), content.1)
    }
}
