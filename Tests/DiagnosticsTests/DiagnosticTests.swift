import Testing

@testable import Diagnostics

@Suite struct SourceTextTests {
    @Test(arguments: ["", "\n", "a", "a\nb", "a\r\nb\r\n", "\n\n", "a\rb\n", "\r\n\r"])
    func `every offset lies in its line`(text: String) {
        let source = SourceText(name: "p", text: text)
        var line = 0
        for offset in 0...source.bytes.count {
            #expect(source.line(at: offset) == line)
            #expect(source.range(ofLine: line).lowerBound <= offset)
            if offset < source.bytes.count, source.bytes[offset] == 10 { line += 1 }
        }
    }

    @Test func `a span outside the text is moved to its end`() {
        let source = SourceText(name: "p", text: "abc")
        #expect(SourceSpan(source, 2..<9).range == 2..<3)
        #expect(SourceSpan(source, 7..<9).range == 3..<3)
    }
}

@Suite struct DiagnosticCollectorTests {
    let plan = SourceText(name: "plan.yaml", text: "aaaaaaaaaa")
    let included = SourceText(name: "common.yaml", text: "aaaaaaaaaa")

    @Test func `diagnostics stand in the order of the text`() {
        var collector = DiagnosticCollector()
        for (source, place) in [(plan, 7), (included, 3), (plan, 2), (included, 1)] {
            collector.report(Diagnostic.error("at \(place)", at: SourceSpan(source, place..<place + 1)))
        }
        collector.report(Diagnostic.error("wider", at: SourceSpan(plan, 2..<5)))
        collector.report(Diagnostic.error("again", at: SourceSpan(plan, 2..<3)))
        collector.report(.warning("nowhere"))
        #expect(collector.diagnostics.map(\.message) == ["nowhere", "at 2", "again", "wider", "at 7", "at 1", "at 3"])
    }

    @Test func `warnings are no errors`() {
        var collector = DiagnosticCollector()
        collector.report(.warning("w"))
        #expect(!collector.hasErrors)
        collector.report(Diagnostic.error("e"))
        #expect(collector.hasErrors)
    }

    @Test func `what exceeds the bound is counted, and an error among it stays one`() {
        var collector = DiagnosticCollector(countMax: 2)
        for _ in 0..<4 { collector.report(.warning("w")) }
        #expect(!collector.hasErrors)
        collector.report(Diagnostic.error("e"))
        #expect(collector.diagnostics.count == 2)
        #expect(collector.droppedCount == 3)
        #expect(collector.hasErrors)
    }
}

@Suite struct DiagnosticJSONTests {
    @Test func `the JSON form is as documented`() {
        let source = SourceText(name: "plan.yaml", text: "商: bad\nb")
        let diagnostic = Diagnostic.error(
            "a \"bad\"\nword\u{1B}", at: SourceSpan(source, 5..<10), fix: "drop it",
            notes: [.init("here", at: SourceSpan(source, 0..<0)), .init("why")])
        #expect(
            diagnostic.json
                == #"{"severity":"error","message":"a \"bad\"\nword\u001b","fix":"drop it","#
                + #""place":{"file":"plan.yaml","offset":5,"length":5,"line":1,"column":5,"end_line":2,"end_column":2},"#
                + #""notes":[{"message":"here","place":{"file":"plan.yaml","offset":0,"length":0,"line":1,"column":1,"#
                + #""end_line":1,"end_column":1}},{"message":"why","place":null}]}"#)
        #expect(
            Diagnostic.warning("w").json
                == #"{"severity":"warning","message":"w","fix":null,"place":null,"notes":[]}"#)
    }
}

@Suite struct SpellingTests {
    @Test(arguments: [
        ("", "", 0), ("abc", "", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3), ("ca", "abc", 3),
        ("rate", "raet", 1), ("latency", "latnecy", 1), ("商户", "户商", 1),
    ])
    func `distances count inserted, deleted, replaced and swapped letters`(one: String, other: String, distance: Int) {
        #expect(Spelling.distance(one, other) == distance)
        #expect(Spelling.distance(other, one) == distance)
    }

    @Test(arguments: [
        ("raet", "rate"), ("Rate", "rate"), ("latancy", "latency"), ("wieght", "weight"), ("xyzzy", nil), ("", nil),
        ("x", nil), ("rate", nil), ("journey", "journeys"),
    ])
    func `the nearest key is suggested, unless it is far`(word: String, suggestion: String?) {
        #expect(Spelling.closest(to: word, among: ["rate", "latency", "weight", "journeys", "for"]) == suggestion)
    }

    @Test func `of equally near words the alphabetically first is suggested`() {
        #expect(Spelling.closest(to: "hold", among: ["bold", "told", "fold"]) == "bold")
        #expect(Spelling.closest(to: "hold", among: ["fold", "told", "bold"]) == "bold")
    }

    @Test func `endless words are not compared`() {
        let endless = String(repeating: "a", count: 65)
        #expect(Spelling.closest(to: endless, among: [endless + "b"]) == nil)
    }
}
