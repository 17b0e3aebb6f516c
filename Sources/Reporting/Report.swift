package import Audit
package import Evidence
package import PlanModel
package import Verdicts

/// Goal: what one run showed, for programs (report.json) and for people (report.html), as a function of its record and
/// the plan's targets alone: equal evidence gives equal bytes, on any machine and at any time.
///
/// Method: the judge's words and the record go into JSON as they are. The page is put together from markup that closes
/// what it opens and escapes what it shows; its charts are vector drawings without scripts, and whatever the length of
/// the run, it stays within the limits of `Timeline` and `PageLimits`.
///
/// Beside them stand files for CI systems and for other tools (`ReportFile`). Texts from elsewhere are cut to `TextBounds`.
///
/// It reads no evidence but the record, judges nothing itself, and knows neither host nor time.
package struct Report: Sendable {
    package let record: RunRecord
    /// Nil where the run left nothing to audit.
    package let audit: AuditReport?
    package let judgements: [Judgement]
    package let verdict: RunVerdict

    package init(_ record: RunRecord, audit: AuditReport? = nil, judgements: [Judgement]) {
        self.record = record.bounded
        self.audit = audit?.bounded
        self.judgements = judgements.map(\.bounded)
        verdict = Judge.verdict(of: record, judgements)
    }

    /// Judges the record by these targets.
    package init(_ record: RunRecord, audit: AuditReport? = nil, targets: [Verdict]) {
        self.init(record, audit: audit, judgements: Judge.judgements(of: record, targets: targets, audit: audit))
    }
}
