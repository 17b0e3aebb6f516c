import Diagnostics
import Testing

@testable import PlanLanguage

/// A YAML text as it was read: its tree in one line, or what is wrong with it.
func reading(_ text: String, limits: YAMLReader.Limits = .init()) -> String {
    reading(Array(text.utf8), limits: limits)
}

func reading(_ bytes: [UInt8], limits: YAMLReader.Limits = .init()) -> String {
    var collector = DiagnosticCollector()
    let node = YAMLReader.read(SourceText(name: "t", bytes: bytes), limits: limits, into: &collector)
    let words = DiagnosticRenderer().render(collector.diagnostics)
    return node.map(shown) ?? words
}

private func shown(_ node: YAMLNode) -> String {
    switch node.content {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .float(let value): "\(value)f"
    case .text(let text): "'\(text)'"
    case .sequence(let nodes): "[" + nodes.map(shown).joined(separator: " ") + "]"
    case .mapping(let entries): "{" + entries.map { "\($0.key)=\(shown($0.value))" }.joined(separator: " ") + "}"
    }
}

@Suite struct YAMLReaderTests {
    @Test(
        arguments: [
            ("no", "'no'"), ("on", "'on'"), ("yes", "'yes'"), ("off", "'off'"), ("y", "'y'"), ("1_000", "'1_000'"),
            ("0o7", "7"), ("0x1F", "31"), ("0x-1", "'0x-1'"), ("0b1", "'0b1'"), ("010", "10"), ("-12", "-12"),
            ("+3", "3"), ("~", "null"), ("null", "null"), ("Null", "null"), ("nULL", "'nULL'"), ("", "null"),
            ("true", "true"), ("False", "false"), ("tRue", "'tRue'"), (".inf", "inff"), ("-.INF", "-inff"),
            (".nan", "nanf"), ("inf", "'inf'"), ("nan", "'nan'"), ("1.5", "1.5f"), (".5", "0.5f"), ("5.", "5.0f"),
            ("1.e3", "1000.0f"), ("1e3", "1000.0f"), ("-.5e-1", "-0.05f"), ("1e", "'1e'"), (".", "'.'"),
            ("-", "[null]"),
            ("+", "'+'"), ("190:20:30", "'190:20:30'"), ("2026-11-20", "'2026-11-20'"), ("0x", "'0x'"),
            ("99999999999999999999", "1e+20f"), ("'12'", "'12'"), ("\"true\"", "'true'"), ("200/s", "'200/s'"),
            ("1.2x", "'1.2x'"), ("${id}", "'${id}'"), ("=", "'='"), ("1 000", "'1 000'"),
        ] as [(String, String)])
    func `a scalar means what YAML 1.2 says`(text: String, meaning: String) {
        #expect(reading(text) == meaning)
    }

    @Test func `structure, aliases and keys of any look`() {
        #expect(reading("a: 1\nb:\n  - x\n  - {503: shed, c}\n") == "{a=1 b=['x' {503='shed' c=null}]}")
        #expect(reading("a: &n [1, 2]\nb: *n\n") == "{a=[1 2] b=[1 2]}")
        #expect(reading("t: |\n  one\n  two\n") == "{t='one\ntwo\n'}")
        #expect(reading("\u{FEFF}a: é\r\nb: 1\r\n") == "{a='é' b=1}")
        #expect(reading("# nothing\n") == "null")
        #expect(reading("--- 1\n...\n") == "1")
    }

    @Test func `places are bytes, whatever characters stand before`() throws {
        let source = SourceText(name: "t", text: "\u{FEFF}é: 世界\r\n🎉: [日, {k: 'ß'}]\r\nlast:\r\n  - z\r\n\r\n")
        var collector = DiagnosticCollector()
        let root = try #require(YAMLReader.read(source, into: &collector))
        func text(_ span: SourceSpan) -> String { String(decoding: source.bytes[span.range], as: UTF8.self) }
        guard case .mapping(let entries) = root.content else { throw collector.diagnostics[0] }
        #expect(entries.map { text($0.keySpan) } == ["é", "🎉", "last"])
        #expect(entries.map { text($0.value.span) } == ["世界", "[日, {k: 'ß'}]", "- z"])
        guard case .sequence(let nodes) = entries[1].value.content else { throw YAMLShapeError() }
        #expect(nodes.map { text($0.span) } == ["日", "{k: 'ß'}"])
    }

    @Test func `the n-th character is found behind every mark`() {
        let text = String(repeating: "aé世🎉", count: 200)
        let bytes = Array(text.utf8)
        let offsets = CharacterOffsets(bytes[...])
        var place = 0
        for (index, scalar) in text.unicodeScalars.enumerated() {
            #expect(offsets.byte(ofCharacter: index) == place)
            place += UTF8.width(scalar)
        }
        #expect(offsets.byte(ofCharacter: 800) == bytes.count)
        #expect(offsets.byte(ofCharacter: 9_999) == bytes.count)
    }

    @Test(
        arguments: [
            (
                "a: 1\nb: 2\na: 3\n",
                """
                t:3:1: error: 'a' stands twice; leave one out
                 3 | a: 3
                   | ^
                t:1:1: note: it stands here first
                 1 | a: 1
                   | ^

                """
            ),
            (
                "a: &x {k: 1}\nb:\n  <<: *x\n",
                """
                t:3:3: error: merge keys ('<<') are not used in plans; write the keys out
                 3 |   <<: *x
                   |   ^~

                """
            ),
            (
                "a: !!str 1\n",
                """
                t:1:4: error: tags such as '!!str' are not used in plans; leave it out
                 1 | a: !!str 1
                   |    ^~~~~~~

                """
            ),
            (
                "a: 1\n---\nb: 1\n",
                """
                t:2:1: error: there is a second document; a file holds one; move it to its own file
                 2 | ---
                   | ^~~

                """
            ),
            (
                "a: &cart 1\nb: *card\n",
                """
                t:2:4: error: no anchor '&card' stands before this; did you mean '*cart'?
                 2 | b: *card
                   |    ^~~~~

                """
            ),
            (
                "? [a]\n: 1\n",
                """
                t:1:3: error: a key must be text, not a list
                 1 | ? [a]
                   |   ^~~

                """
            ),
            (
                "json: {amount: ${amount}, id: 1}\n",
                """
                t:1:16: error: '${...}' between braces or brackets needs quotes; write "${amount}"
                 1 | json: {amount: ${amount}, id: 1}
                   |                ^~~~~~~~~

                """
            ),
            (
                "json: {path: /x/${id}/y}\n",
                """
                t:1:14: error: '${...}' between braces or brackets needs quotes; write "/x/${id}/y"
                 1 | json: {path: /x/${id}/y}
                   |              ^~~~~~~~~~

                """
            ),
            (
                "steps: [GET /${m}: {}]\n",
                """
                t:1:9: error: '${...}' between braces or brackets needs quotes; write "GET /${m}"
                 1 | steps: [GET /${m}: {}]
                   |         ^~~~~~~~~

                """
            ),
            (
                "json: {\n  amount: ${amount}\n}\n",
                """
                t:2:11: error: '${...}' between braces or brackets needs quotes; write "${amount}"
                 2 |   amount: ${amount}
                   |           ^~~~~~~~~

                """
            ),
            (
                "list: [${a}, 1]\n",
                """
                t:1:8: error: '${...}' between braces or brackets needs quotes; write "${a}"
                 1 | list: [${a}, 1]
                   |        ^~~~

                """
            ),
            (
                "faults:\n  - {at: @flash+5s, for: 20s}\n",
                """
                t:2:10: error: text that begins with '@' needs quotes; write "@flash+5s"
                 2 |   - {at: @flash+5s, for: 20s}
                   |          ^~~~~~~~~

                """
            ),
            (
                "listen: [::1]:8080\n",
                """
                t:1:9: error: an IPv6 address in brackets needs quotes; write "[::1]:8080"
                 1 | listen: [::1]:8080
                   |         ^~~~~~~~~~

                """
            ),
            (
                "listen: {a: http://[::1]:80}\n",
                """
                t:1:13: error: an IPv6 address in brackets needs quotes; write "http://[::1]:80"
                 1 | listen: {a: http://[::1]:80}
                   |             ^~~~~~~~~~~~~~~

                """
            ),
            (
                "a:\n\t- 1\n",
                """
                t:2:1: error: a tab cannot indent; indent with spaces
                 2 |         - 1
                   | ^~~~~~~~

                """
            ),
            (
                "a: b: c\n",
                """
                t:1:5: error: a second ': ' in one line; quote the text, or begin a new line
                 1 | a: b: c
                   |     ^

                """
            ),
        ] as [(String, String)])
    func `what could surprise is refused, and the words show what to write`(text: String, words: String) {
        #expect(reading(text) == words)
    }

    @Test func `an address alone in brackets is no list`() {
        #expect(reading("listen: [::1]\n").contains("needs quotes; write \"[::1]\""))
        #expect(reading("a: [fe80::1]\n").contains("needs quotes; write \"[fe80::1]\""))
        #expect(reading("a: [12, 5]\n") == "{a=[12 5]}")
    }

    @Test(
        arguments: [
            ([0x61, 0x3A, 0x20, 0xFF], "t:1:4: error: this byte is not UTF-8"),
            ([0x61, 0x3A, 0x20, 0xC0, 0x80], "t:1:4: error: this byte is not UTF-8"),
            ([0x61, 0x00], "t:1:2: error: a zero byte is no text"),
            ([0x61, 0x1B], "t:1:2: error: a control character is no text"),
            ([0x61, 0x7F], "t:1:2: error: a control character is no text"),
            ([0x61, 0xC2, 0x80], "t:1:2: error: a control character is no text"),
            ([0xFF, 0xFE, 0x61, 0x00], "t:1:1: error: the file is UTF-16; save it as UTF-8"),
        ] as [([UInt8], String)])
    func `bytes that are no text are refused with their place`(bytes: [UInt8], words: String) {
        #expect(reading(bytes).hasPrefix(words + "\n"))
    }

    @Test func `size, depth and values are bounded, aliases counted each time`() {
        var limits = YAMLReader.Limits()
        limits.bytes = 10
        limits.depth = 3
        limits.nodes = 30
        #expect(reading("a: 3456789", limits: limits) == "{a=3456789}")
        #expect(reading("a: 34567890", limits: limits).hasPrefix("t:1:1: error: the file has 11 bytes; at most 10 are"))
        #expect(reading("[[[1]]]", limits: limits) == "[[[1]]]")
        #expect(reading("[[[[1]]]]", limits: limits).contains("nested deeper than 3"))
        #expect(reading("[[[[[[[[[[", limits: limits).contains("nested deeper than 3"))
        limits.bytes = 1_000
        let laughs = "a: &a [1,1,1,1]\nb: &b [*a,*a]\nc: [*b,*b,*b]\n"
        #expect(reading(laughs, limits: limits).contains("more than 30 values, those of aliases counted each time"))
        let deep = "a: &a [[1]]\nb: [*a]\n"
        #expect(reading(deep, limits: limits).contains("nested deeper than 3"))
    }

    @Test func `every prefix of a text is read or refused, never worse`() {
        let text = Array(
            "a: &x [1, 'b', \"\\u00e9\", {c: *x}]\n? k\n: |\n  é\n- ${q}\n@ [::1] %TAG ! !<x>\n--- !!map {<<: 1}\n".utf8
        )
        for end in 0...text.count {
            for start in [0, end / 3, end / 2] { _ = reading(Array(text[start..<end])) }
        }
    }
}

struct YAMLShapeError: Error {}
