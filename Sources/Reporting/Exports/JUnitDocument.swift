import Audit
import Diagnostics
import Evidence
import StackVocabulary
import Timebase
import Verdicts

/// junit.xml: a run as CI systems show tests. A suite for the run itself, one for each kind of judgement and one for the
/// checks of the audit; a case for each of them.
///
/// It is red where the run is not green: what failed is a failure, and what could not be judged, or a run that broke off,
/// is an error. Its grammar is schema/junit.xsd, what the readers of the format have in common. There is no instant of
/// the wall in it, so that equal evidence gives equal bytes.
struct JUnitDocument {
    private static let casesMax = 500

    private let report: Report
    private let suites: [(name: String, cases: [JUnitCase])]

    init(_ report: Report) {
        self.report = report
        let kinds: [(name: String, cases: [JUnitCase])] = Judgement.Kind.allCases.map { kind in
            (kind.rawValue, report.judgements.filter { $0.kind == kind }.map(JUnitCase.init))
        }
        let audit = (report.audit?.findings ?? []).map { JUnitCase($0, isAsked: report.stands(on: $0)) }
        var end = JUnitCase(endOf: report)
        let all = kinds.flatMap(\.cases) + audit + [end]
        // A verdict that none of them tells.
        if report.verdict != .met, !all.contains(where: \.isRed) {
            end.outcome = .error
            end.message = report.verdict.headline
        }
        let suites = [(name: "run", cases: [end])] + kinds + [(name: "audit", cases: audit)]
        self.suites = suites.filter { !$0.cases.isEmpty }.map { ($0.name, Self.bounded($0.cases)) }
    }

    /// The red ones first where there are too many; two of one name are told apart.
    private static func bounded(_ cases: [JUnitCase]) -> [JUnitCase] {
        var listed = cases
        if listed.count > casesMax {
            listed = Array((listed.filter(\.isRed) + listed.filter { !$0.isRed }).prefix(casesMax - 1))
            let left = cases.count - listed.count
            var more = JUnitCase(name: "\(left) more in \(ReportFile.json.name)", outcome: .skipped)
            more.message = "a suite has \(casesMax) cases at most"
            listed.append(more)
        }
        var taken: [String: Int] = [:]
        return listed.map { one in
            var bounded = one.bounded
            taken[bounded.name, default: 0] += 1
            if let number = taken[bounded.name], number > 1 { bounded.name += " (\(number))" }
            return bounded
        }
    }

    var text: String {
        let length = report.record.stages.map(\.span.upperBound).max() ?? .zero
        let name = Self.suiteName(report.record.identity.plan)
        let elements = suites.map { suite in
            let full = "\(name).\(suite.name)"
            return XMLElement(
                "testsuite",
                [("name", full)] + Self.counts(suite.cases) + [
                    ("skipped", Self.count(suite.cases, .skipped)), ("time", "0"),
                ],
                [XMLElement("properties", [], properties)] + suite.cases.map { $0.element(of: full) })
        }
        let seconds = FixedPoint.text(length.seconds, places: 3)
        return XMLElement(
            "testsuites", [("name", name)] + Self.counts(suites.flatMap(\.cases)) + [("time", seconds)], elements
        ).document
    }

    private static func counts(_ cases: [JUnitCase]) -> [(String, String)] {
        [("tests", "\(cases.count)"), ("failures", count(cases, .failed)), ("errors", count(cases, .error))]
    }

    private static func count(_ cases: [JUnitCase], _ outcome: JUnitCase.Outcome) -> String {
        "\(cases.count { $0.outcome == outcome })"
    }

    /// Readers want one.
    private static func suiteName(_ plan: String) -> String { plan.isEmpty ? "unnamed" : plan.fitted(to: 200) }

    private var properties: [XMLElement] {
        let identity = report.record.identity
        let planted = report.record.stack?.defects.map(\.name).joined(separator: ", ") ?? ""
        return [
            ("verdict", report.verdict.name), ("exit_code", "\(report.verdict.exitCode)"),
            ("run_id", identity.runID), ("plan_digest", identity.planDigest), ("seed", "\(identity.seed)"),
            ("version", identity.version), ("world", identity.world.rawValue), ("planted", planted),
            ("replay", identity.replay),
        ].map { XMLElement("property", [("name", $0.0), ("value", $0.1.fitted(to: 200))]) }
    }
}

extension JUnitDocument {
    /// Of a run that was refused before its first request: there is no report, and it must not pass for green.
    static func refusal(of plan: String, _ reasons: [String]) -> String {
        var refused = JUnitCase(name: "the run began", outcome: .error)
        refused.message = reasons.first ?? "it was refused"
        refused.details = reasons
        let name = suiteName(plan)
        let counts = counts([refused])
        let suite = XMLElement(
            "testsuite", [("name", "\(name).run")] + counts + [("skipped", "0"), ("time", "0")],
            [refused.bounded.element(of: "\(name).run")])
        return XMLElement("testsuites", [("name", name)] + counts + [("time", "0")], [suite]).document
    }
}

extension Report {
    /// Whether the verdict depends on this check: a judgement of its kind did not pass.
    fileprivate func stands(on finding: AuditFinding) -> Bool {
        judgements.contains {
            $0.kind == .integrity && $0.status != .pass && $0.name == finding.kind.rawValue
        }
    }

    /// What must stand above everything else that is told of the run.
    var warnings: [String] {
        [record.identity.world.warning, record.stack?.warning].compactMap(\.self)
    }
}

extension RunIdentity {
    /// The command that makes the same arrivals and data again, with the plan of its digest.
    var replay: String { "spillway \(world.verb) PLAN --seed \(seed)" }
}
