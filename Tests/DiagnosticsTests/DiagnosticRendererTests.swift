import Testing

@testable import Diagnostics

@Suite struct DiagnosticRendererTests {
    @Test func `a diagnostic is rendered as documented`() {
        let text = String(repeating: "#\n", count: 13) + "    rate: 200\n"
        expect(
            text, marking: "200", fix: "write '200/s' or '12000/min'", message: "'rate' needs a unit",
            """
            plan.yaml:14:11: error: 'rate' needs a unit; write '200/s' or '12000/min'
             14 |     rate: 200
                |           ^~~

            """)
    }

    @Test func `notes follow with their own places, a warning without a place is one line`() {
        let source = SourceText(name: "plan.yaml", text: "a: 1\nb: 2\na: 3\n")
        let twice = Diagnostic.error(
            "'a' is given twice", at: SourceSpan(source, 10..<11),
            notes: [.init("first given here", at: SourceSpan(source, 0..<1)), .init("keys are unique")])
        #expect(
            DiagnosticRenderer().render([.warning("no targets"), twice]) == """
                warning: no targets
                plan.yaml:3:1: error: 'a' is given twice
                 3 | a: 3
                   | ^
                plan.yaml:1:1: note: first given here
                 1 | a: 1
                   | ^
                note: keys are unique

                """)
    }

    @Test(arguments: [
        ("a\tbad", 9, "a       bad", "        ^~~"),
        ("\t\tbad", 17, "                bad", "                ^~~"),
        ("商户: bad", 7, "商户: bad", "      ^~~"),
        ("👩‍👩‍👧: bad", 5, "👩‍👩‍👧: bad", "    ^~~"),
        ("🇩🇪❤️ bad", 6, "🇩🇪❤️ bad", "     ^~~"),
        ("e\u{301}te\u{301} bad", 5, "e\u{301}te\u{301} bad", "    ^~~"),
        ("\u{1B}[2J bad", 9, "\\x1B[2J bad", "        ^~~"),
        ("\u{202E}x bad", 11, "\\u{202E}x bad", "          ^~~"),
        ("\u{200B} bad", 10, "\\u{200B} bad", "         ^~~"),
        ("\u{85}\u{7F} bad", 12, "\\u{85}\\x7F bad", "           ^~~"),
        ("한글ｶﾅ bad", 8, "한글ｶﾅ bad", "       ^~~"),
    ])
    func `columns are those of the screen`(line: String, column: Int, shown: String, carets: String) {
        expect(line, marking: "bad", "plan.yaml:1:\(column): error: no\n 1 | \(shown)\n   | \(carets)\n")
    }

    @Test func `bytes that are not UTF-8 are written out`() {
        let source = SourceText(name: "p", bytes: [0x61, 0xFF, 0xC3, 0x28, 0xE4, 0xBD] + Array(" bad".utf8))
        let rendered = DiagnosticRenderer().render(Diagnostic.error("no", at: SourceSpan(source, 7..<10)))
        #expect(rendered == "p:1:20: error: no\n 1 | a\\xFF\\xC3(\\xE4\\xBD bad\n   |                    ^~~\n")
    }

    @Test func `a span over several lines shows its first and its last`() {
        expect(
            "pay: {a: 1,\n    b: 2}\n", marking: "{a: 1,\n    b: 2}",
            "plan.yaml:1:6: error: no\n 1 | pay: {a: 1,\n   |      ^~~~~~\n 2 |     b: 2}\n   |     ^~~~~\n")
        let long = String(repeating: "\n", count: 7) + "x [\n\n1\n] y"
        expect(
            long, marking: "[\n\n1\n]",
            "plan.yaml:8:3: error: no\n  8 | x [\n    |   ^\n    …\n 11 | ] y\n    | ^\n")
    }

    @Test func `a span that takes its line end along stays on its line`() {
        expect("ab\ncd\n", marking: "b\n", "plan.yaml:1:2: error: no\n 1 | ab\n   |  ^\n")
    }

    @Test(arguments: [
        ("a: 1\n", 5, "plan.yaml:2:1: error: no\n 2 |\n   | ^\n"),
        ("a: 1", 4, "plan.yaml:1:5: error: no\n 1 | a: 1\n   |     ^\n"),
        ("", 0, "plan.yaml:1:1: error: no\n 1 |\n   | ^\n"),
        ("a: 1\r\n", 6, "plan.yaml:2:1: error: no\n 2 |\n   | ^\n"),
        ("a: 1\r\n", 5, "plan.yaml:1:5: error: no\n 1 | a: 1\n   |     ^\n"),
        ("a: 1\n", 99, "plan.yaml:2:1: error: no\n 2 |\n   | ^\n"),
    ])
    func `an empty span is a single caret, also at the end`(text: String, offset: Int, rendered: String) {
        let source = SourceText(name: "plan.yaml", text: text)
        #expect(
            DiagnosticRenderer().render(Diagnostic.error("no", at: SourceSpan(source, offset..<offset))) == rendered)
    }

    @Test func `CRLF ends a line and is not shown, a lone CR is`() {
        expect("a: 1\r\nbad\r\n", marking: "bad", "plan.yaml:2:1: error: no\n 2 | bad\n   | ^~~\n")
        expect("a\rbad", marking: "bad", "plan.yaml:1:6: error: no\n 1 | a\\x0Dbad\n   |      ^~~\n")
    }

    @Test func `a long line is cut to a window around its mark`() {
        let dots = String(repeating: ".", count: 200)
        let cases = [
            ("bad" + dots, "bad................…", "^~~"),
            (dots + "bad", "…................bad", "                 ^~~"),
            (dots + "bad" + dots, "….........bad......…", "          ^~~"),
        ]
        for (line, shown, carets) in cases {
            let rendered = render(line, marking: "bad", DiagnosticRenderer(width: 20)).split(separator: "\n")
                .dropFirst()
            #expect(rendered.elementsEqual([" 1 | \(shown)", "   | \(carets)"]))
        }
    }

    /// Every place of a line with wide characters, in every window width: the caret points at the marked character.
    @Test func `the caret stands under its character in every window`() {
        let line = "ab商户\te\u{301}👩‍👩‍👧cd" + String(repeating: "x商", count: 12) + "\u{1B}end"
        let source = SourceText(name: "p", text: line)
        let cells = DisplayLine(source, line: 0).cells
        for width in 20...60 {
            for cell in cells {
                let diagnostic = Diagnostic.error("no", at: SourceSpan(source, cell.bytes))
                let rows = DiagnosticRenderer(width: width).render(diagnostic).split(separator: "\n")
                let (shown, carets) = (rows[1].dropFirst(5), rows[2].dropFirst(5))
                let indent = carets.prefix { $0 == " " }.count
                var column = 0
                let tail = shown.drop { character in
                    defer { column += character.columnCount }
                    return column < indent
                }
                let total = shown.reduce(0) { $0 + $1.columnCount }
                if total > width || !(tail.hasPrefix(cell.text) || tail.hasPrefix("…")) {
                    Issue.record("width \(width), \(cell): \(shown), tail \(tail)")
                }
                if carets.count - indent > cell.columns.count { Issue.record("\(carets) for \(cell)") }
            }
        }
    }

    @Test func `hostile names and messages cannot drive the terminal or start a line`() {
        let source = SourceText(name: "a\u{1B}[31m.yaml", text: "x")
        let diagnostic = Diagnostic.error("no\n\u{7}such", at: SourceSpan(source, 0..<1), fix: "\u{9B}2J")
        #expect(
            DiagnosticRenderer().render(diagnostic)
                == "a\\x1B[31m.yaml:1:1: error: no\\x0A\\x07such; \\u{9B}2J\n 1 | x\n   | ^\n")
    }

    @Test func `a heap of accents does not spill over`() {
        let line = "e" + String(repeating: "\u{301}", count: 10_000) + " bad"
        expect(line, marking: "bad", "plan.yaml:1:3: error: no\n 1 | \u{FFFD} bad\n   |   ^~~\n")
    }

    @Test func `a line of megabytes is not laid out whole`() {
        let source = SourceText(name: "p", text: String(repeating: "a", count: 1 << 20))
        let line = DisplayLine(source, line: 0)
        #expect(line.cells.count == DisplayLine.bytesMax + 1)
        #expect(line.cells.last?.bytes.upperBound == 1 << 20)
        let rendered = DiagnosticRenderer(width: 20).render(
            Diagnostic.error("no", at: SourceSpan(source, 1 << 19..<1 << 20)))
        #expect(rendered.hasSuffix("…aaaaaaaaaaaaaaaaaa…\n   |                    ^\n"))
    }

    @Test func `colour only adds to the text`() {
        let source = SourceText(name: "p", text: "bad")
        let diagnostic = Diagnostic.error("no", at: SourceSpan(source, 0..<3))
        let coloured = DiagnosticRenderer(colour: true).render(diagnostic)
        #expect(
            coloured
                == "\u{1B}[1mp:1:1: \u{1B}[0m\u{1B}[1;31merror:\u{1B}[0m \u{1B}[1mno\u{1B}[0m\n 1 | bad\n   | \u{1B}[1;31m^~~\u{1B}[0m\n"
        )
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == DiagnosticRenderer().render(diagnostic))
    }

    private func expect(
        _ text: String, marking marked: String, fix: String? = nil, message: String = "no", _ rendered: String,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(render(text, marking: marked, fix: fix, message: message) == rendered, sourceLocation: location)
    }

    private func render(
        _ text: String, marking marked: String, fix: String? = nil, message: String = "no",
        _ renderer: DiagnosticRenderer = DiagnosticRenderer()
    ) -> String {
        let place = Array(text.utf8).firstRange(of: Array(marked.utf8))!
        let source = SourceText(name: "plan.yaml", text: text)
        return renderer.render(Diagnostic.error(message, at: SourceSpan(source, place), fix: fix))
    }
}
