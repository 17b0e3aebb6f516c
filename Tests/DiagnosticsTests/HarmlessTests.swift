import Diagnostics
import Testing

@Suite struct HarmlessTests {
    @Test(arguments: [
        ("p99 12.3ms", "p99 12.3ms"), ("\u{1B}[31mred\u{1B}[0m", "\\x1B[31mred\\x1B[0m"),
        ("a\nb\r\nc", "a\\x0Ab\\x0D\\x0Ac"),
        ("a\u{202E}b\u{2066}c", "a\\u{202E}b\\u{2066}c"), ("\u{9B}2J", "\\u{9B}2J"),
        ("\u{FFFE}\u{FFFF}", "\\u{FFFE}\\u{FFFF}"),
        ("\u{0}", "\\x00"), ("\u{200B}", "\\u{200B}"), ("支付 ✓", "支付 ✓"), ("\u{2028}", "\\u{2028}"),
    ])
    func `what could drive a terminal or reorder a text is written out`(text: String, shown: String) {
        #expect(text.harmless == shown)
    }

    @Test func `a text is one line of bounded length, however long it was`() {
        #expect(String(repeating: "a", count: 10_000_000).harmless.utf8.count < 70_000)
        #expect(("a" + String(repeating: "\u{301}", count: 1_000)).harmless == "\u{FFFD}")
    }

    @Test func `a text is cut to columns, at its end or inside`() {
        #expect("goodput comes back".fitted(to: 18) == "goodput comes back")
        #expect("goodput comes back".fitted(to: 10) == "goodput c…")
        #expect("goodput comes back".fitted(to: 10, sign: "~") == "goodput c~")
        #expect("back within 10s of 'flash'".fittedInside(to: 15) == "back wi…'flash'")
        #expect("支付宝支付".fitted(to: 6) == "支付…" && "支付宝支付".columnCount == 10)
        #expect("支付宝支付".fittedInside(to: 7).columnCount <= 7)
        #expect("abc".fitted(to: 0) == "…" && "abc".fittedInside(to: 0) == "…")
    }
}
