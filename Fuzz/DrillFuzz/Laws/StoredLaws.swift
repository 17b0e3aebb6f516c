import Evidence
import JSON
import PlanModel
import Reporting
import Verdicts

/// What was written is what was judged.
struct StoredLaws {
    let report: Report
    let plan: Plan

    /// A page grows with what there is to say, and not with the run.
    private static let pageBytesMax = 4 << 20

    init(_ report: Report, _ plan: Plan) {
        (self.report, self.plan) = (report, plan)
    }

    var breaches: [Breach] {
        let page = report.html.utf8.count
        let long = page <= Self.pageBytesMax ? [] : [Breach("stored", "report.html has \(page) bytes")]
        let bytes = report.json.bytes()
        do {
            let stored = try Report(json: JSONValue(parsing: bytes))
            return long + same(bytes, stored.json.bytes()) + alike(stored)
        } catch {
            return [Breach("stored", "report.json cannot be read back: \(error)")]
        }
    }

    private func same(_ first: [UInt8], _ second: [UInt8]) -> [Breach] {
        first == second ? [] : [Breach("stored", "report.json read back is written otherwise")]
    }

    private func alike(_ stored: Report) -> [Breach] {
        let again = Judge.judgements(of: stored.record, targets: plan.targets, audit: stored.audit)
        return zip(report.judgements, again).compactMap { first, second in
            first == second
                ? nil
                : Breach(
                    "stored",
                    "\(first.name) was \(first.status.rawValue) (\(first.observed)), and of the stored record "
                        + "\(second.status.rawValue) (\(second.observed)): \(first.reasons) \(second.reasons)")
        } + (report.judgements.count == again.count ? [] : [Breach("stored", "other judgements of the stored record")])
    }
}
