import Numerals
import Testing
import Timebase

@testable import SpillwayCLI

@Suite struct FiguresTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
    func `counts are grouped by thousands`(count: Int, text: String) {
        #expect(Figures.grouped(count) == text)
    }

    @Test(
        arguments: [
            (0, "0ns"), (999, "999ns"), (1_000, "1.00us"), (9_994, "9.99us"), (9_996, "10.0us"), (84_120, "84.1us"),
            (99_960, "100us"), (1_520_000, "1.52ms"), (12_000_000_000, "12.0s"), (3_600_000_000_000, "3,600s"),
        ] as [(UInt64, String)])
    func `spans have three digits and the unit that fits`(nanoseconds: UInt64, text: String) {
        #expect(Figures.span(nanoseconds: nanoseconds) == text)
    }

    @Test(
        arguments: [
            (0, "0s"), (250, "250ms"), (59_900, "59s"), (60_000, "1m"), (200_000, "3m20s"), (7_500_000, "2h05m"),
        ] as [(Int64, String)])
    func `clocks show the two largest units`(milliseconds: Int64, text: String) {
        #expect(Figures.clock(.milliseconds(milliseconds)) == text)
    }

    @Test(arguments: [(2_000, "2,000/s"), (0.5, "0.50/s"), (12.34, "12.3/s"), (7, "7/s")] as [(Double, String)])
    func `rates have at most three digits behind whole ones`(rate: Double, text: String) {
        #expect(Figures.rate(rate) == text)
    }

    @Test(arguments: [(100, "100 B"), (65_536, "64.0 KiB"), (1.5e9, "1.40 GiB")] as [(Double, String)])
    func `sizes have the unit that fits`(bytes: Double, text: String) {
        #expect(Figures.bytes(bytes) == text)
    }

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
