import Evidence
import Reporting
import SampleRuns
import Testing
import Timebase
import Verdicts

@testable import Reporting

@Suite struct MarkdownTests {
    @Test(arguments: [
        ("a|b", "a\\|b"), ("`rm`", "\\`rm\\`"), ("<b>&", "&lt;b&gt;&amp;"),
        ("[x](http://e.x)", "\\[x\\](http:\\//e.x)"),
        ("see www.e.x", "see www\\.e.x"), ("@octocat", "@\u{2060}octocat"), ("#12 !3", "#\u{2060}12 !\u{2060}3"),
        ("a\nb", "a\\\\x0Ab"), ("*a* _b_ ~~c~~", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~"), ("95% sure", "95% sure"),
        ("a@b.example", "a@\u{2060}b.example"), ("$x$", "\\$x\\$"), ("{{x}}", "\\{\\{x\\}\\}"),
    ])
    func `a text is shown as it is written`(text: String, markdown: String) {
        #expect(MarkdownText.escaped(text) == markdown)
    }

    @Test func `verdict, first signs, judgements, reasons, stages and replay stand in it`() {
        let text = SampleReport.flashSale.text(of: .summary)
        for words in [
            "## ❓ flash-sale: inconclusive", "Exit code 3.", "What began when:\n\n- 0:", "| Verdict | Claim |",
            "❌ fail",
            "- **latency** ", "| baseline |", "`spillway run PLAN --seed 20261111`", "report.html",
        ] {
            #expect(text.contains(words), "\(words) is not in \(text)")
        }
        #expect(text.components(of: "\n") < 60)
    }

    @Test func `a hundred judgements and stages keep within the lines of a comment, failures first`() {
        var record = SampleRun.steady.record
        record.stages = (0..<100).map { number in
            var stage = record.stages[1]
            stage.name = "stage \(number)"
            return stage
        }
        record.generator.lag = record.stages.map { _ in .empty }
        let judgements = (0..<100).map { JUnitTests.judgement("errors", $0 > 90 ? .fail : .pass, claim: "claim \($0)") }
        let text = Report(record, judgements: judgements).text(of: .summary)
        #expect(text.components(of: "\n") < 60 && text.utf8.count < 20_000)
        #expect(text.components(of: "❌ fail |") == 9 && text.contains("82 more in report.html"))
        #expect(text.contains("90 more stages"))
    }
}
