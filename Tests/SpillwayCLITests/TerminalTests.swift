import Testing

@testable import SpillwayCLI

@Suite struct TableTests {
    @Test func `a table sets its first column to the left and its numbers to the right`() {
        var table = Table(["world", "sent"])
        table.add(["live", "1,000"])
        #expect(table.lines == ["world   sent", "live   1,000"])
    }
}

@Suite struct TerminalTests {
    private func terminal(columns: Int? = 100, isTerminal: Bool = true, _ variables: [String: String]) -> Terminal {
        Terminal(isTerminal: isTerminal, columns: columns) { variables[$0] }
    }

    @Test func `a screen is drawn on, in colour and blocks where it has them`() {
        let terminal = terminal(["TERM": "xterm", "LANG": "en_GB.UTF-8"])
        #expect(terminal == Terminal(isInteractive: true, columns: 100, isUnicode: true, isColoured: true))
    }

    @Test func `NO_COLOR takes the colour, TERM=dumb takes the drawing, and a pipe takes both`() {
        #expect(!terminal(["TERM": "xterm", "NO_COLOR": "1"]).isColoured)
        #expect(terminal(["TERM": "xterm", "NO_COLOR": ""]).isColoured)
        #expect(terminal(["TERM": "xterm", "NO_COLOR": "1"]).isInteractive)
        #expect(!terminal(["TERM": "dumb"]).isInteractive)
        let pipe = terminal(isTerminal: false, ["TERM": "xterm", "COLUMNS": "72"])
        #expect(pipe == Terminal(isInteractive: false, columns: 72, isUnicode: false, isColoured: false))
    }

    @Test func `the first locale variable that is set decides`() {
        #expect(!terminal(["LC_ALL": "C", "LANG": "C.UTF-8"]).isUnicode)
        #expect(terminal(["LC_ALL": "", "LANG": "C.utf8"]).isUnicode)
    }

    @Test(arguments: [(3, 20), (1_000, 200)])
    func `a width beyond reason is brought to its bound`(columns: Int, used: Int) {
        #expect(terminal(columns: columns, ["TERM": "xterm"]).columns == used)
    }
}

@Suite struct ParagraphTests {
    @Test func `text is broken between words, and what follows is indented further`() {
        #expect(Paragraph.wrapped("  rate   of four words", columns: 14) == ["  rate   of", "    four words"])
        #expect(Paragraph.wrapped("short", columns: 5) == ["short"])
    }
}
