package import Evidence

/// What an audit came to: of each check whether it holds, and what speaks against it.
package struct AuditReport: Sendable, Equatable {
    package var sources: [SourceStanding]
    package var findings: [AuditFinding]

    package init(sources: [SourceStanding], findings: [AuditFinding]) {
        self.sources = sources
        self.findings = findings
    }

    /// What several have found who asked the same evidence, in the order of the checks.
    package init(joining reports: [AuditReport]) {
        let findings = reports.flatMap(\.findings)
        self.init(
            sources: reports.first?.sources ?? [],
            findings: AuditCheck.all.compactMap { check in findings.first { $0.name == check.name } })
    }

    package func findings(of kind: AuditCheck.Kind) -> [AuditFinding] { findings.filter { $0.kind == kind } }
}

/// What became of one check.
package struct AuditFinding: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable {
        case pass, fail
        /// It cannot be told: part of the evidence is missing, or something is still open.
        case inconclusive
        /// The run has no evidence of it at all.
        case notObserved = "not_observed"
    }

    /// What one of its questions found.
    package struct Answer: Sendable, Equatable {
        package var word: String
        package var finds: String
        package var query: String
        package var refutes: Bool
        package var count: Int64
        /// The first of them.
        package var violations: [Violation]
        /// Tables that the run has no source of.
        package var missing: [String]
        /// What is wrong with sources that were read in part.
        package var torn: [String]

        package init(
            word: String, finds: String, query: String, refutes: Bool, count: Int64, violations: [Violation],
            missing: [String], torn: [String]
        ) {
            self.word = word
            self.finds = finds
            self.query = query
            self.refutes = refutes
            self.count = count
            self.violations = violations
            self.missing = missing
            self.torn = torn
        }

        init(
            question: AuditCheck.Question, count: Int64, listed: [Violation], missing: [String], torn: [String]
        ) {
            self.init(
                word: question.word, finds: question.finds, query: question.sql, refutes: question.refutes,
                count: count, violations: listed, missing: missing, torn: torn)
        }

        /// A violation stands, whatever else is missing.
        package var status: Status {
            if count > 0 { return refutes ? .fail : .inconclusive }
            if !torn.isEmpty { return .inconclusive }
            return missing.isEmpty ? .pass : .notObserved
        }
    }

    package var name: String
    package var title: String
    package var kind: AuditCheck.Kind
    package var claim: String
    package var answers: [Answer]

    package init(name: String, title: String, kind: AuditCheck.Kind, claim: String, answers: [Answer]) {
        self.name = name
        self.title = title
        self.kind = kind
        self.claim = claim
        self.answers = answers
    }

    init(check: AuditCheck, answers: [Answer]) {
        self.init(
            name: check.name, title: check.title, kind: check.kind, claim: check.claim, answers: answers)
    }

    /// One refuted part refutes the whole; what was read only in part is no pass. Money is judged by the ledgers that there
    /// are, and a second one that agrees proves something. Of isolation every way out must have been watched: what leaves by
    /// another is not seen in those.
    package var status: Status {
        let statuses = answers.map(\.status)
        if statuses.contains(.fail) { return .fail }
        if statuses.contains(.inconclusive) { return .inconclusive }
        if kind == .isolation, statuses.contains(.notObserved) { return .notObserved }
        return statuses.contains(.pass) ? .pass : .notObserved
    }

    package var count: Int64 { answers.reduce(0) { $0 + $1.count } }
}

/// One thing that must not be: what it is about, what is wrong with it, and what happened to it in all ledgers.
package struct Violation: Sendable, Equatable {
    /// An id, a key, an account.
    package var subject: String
    package var detail: String
    package var trace: [TraceEvent]

    package init(subject: String, detail: String, trace: [TraceEvent] = []) {
        self.subject = subject
        self.detail = detail
        self.trace = trace
    }
}
