import Audit
import Evidence
import Verdicts

/// How many bytes of a text from elsewhere a report holds, so that no answer, log or plan makes it grow: more is no name and
/// no reason. What is cut says how much there was. Cutting again changes nothing, so a report is read back as it was.
enum TextBounds {
    static let textMax = 4_096
    static let nameMax = 512
    /// Reasons of one judgement.
    static let reasonsMax = 200
}

extension String {
    var bounded: String { bounded(to: TextBounds.textMax) }
    /// Of a plan, a stage, a step, a party.
    var boundedName: String { bounded(to: TextBounds.nameMax) }

    private func bounded(to bytesMax: Int) -> String {
        guard utf8.count > bytesMax else { return self }
        let note = "… (of \(utf8.count) bytes)"
        var end = utf8.index(utf8.startIndex, offsetBy: bytesMax - note.utf8.count)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end] + note
    }
}

extension [String] {
    var bounded: [String] { map(\.bounded) }
}

extension Judgement {
    var bounded: Judgement {
        var judgement = self
        judgement.name = name.boundedName
        judgement.claim = claim.bounded
        judgement.expected = expected.bounded
        judgement.observed = observed.bounded
        judgement.window?.stages = window?.stages.map(\.boundedName) ?? []
        judgement.reasons = Array(reasons.prefix(TextBounds.reasonsMax)).bounded
        return judgement
    }
}

extension RunRecord {
    /// Most records have nothing to cut, and are left as they are.
    var bounded: RunRecord {
        var record = self
        record.identity.cut()
        record.ending = ending.bounded
        for place in stages.indices {
            record.stages[place].name = stages[place].name.boundedName
            record.stages[place].kind = stages[place].kind.boundedName
        }
        for place in steps.indices {
            record.steps[place].journey = steps[place].journey.boundedName
            record.steps[place].title = steps[place].title.boundedName
            record.steps[place].priority = steps[place].priority.boundedName
        }
        for place in observed.indices { record.observed[place].name = observed[place].name.boundedName }
        for place in events.indices { record.events[place].text = events[place].text.bounded }
        for place in egress.indices {
            record.egress[place].origin = egress[place].origin.bounded
            record.egress[place].purpose = egress[place].purpose.bounded
        }
        record.cutParties()
        return record
    }

    private mutating func cutParties() {
        for place in faults.indices {
            faults[place].channel = faults[place].channel.boundedName
            faults[place].what = faults[place].what.bounded
        }
        for place in channels.indices { channels[place].channel = channels[place].channel.boundedName }
        for place in groups.indices { groups[place].by = groups[place].by.boundedName }
        drain?.cutTexts()
    }
}

extension DrainRecord {
    fileprivate mutating func cutTexts() {
        if case .cut(let reason) = end { end = .cut(reason.bounded) }
        left = left.map { Left(place: $0.place.boundedName, name: $0.name.boundedName, count: $0.count) }
        if let records = unknown?.records { unknown?.records = records.bounded }
    }
}

extension RunIdentity {
    fileprivate mutating func cut() {
        plan = plan.boundedName
        runID = runID.boundedName
        planDigest = planDigest.boundedName
        version = version.boundedName
        about = about?.bounded
        targets = targets.bounded
        allowed = allowed.bounded
        permitted = permitted.bounded
    }
}

extension Ending {
    fileprivate var bounded: Ending {
        switch self {
        case .completed, .interrupted: self
        case .aborted(let at, let text): .aborted(at: at, guardText: text.bounded)
        case .failed(let at, let reason): .failed(at: at, reason: reason.bounded)
        }
    }
}

extension AuditReport {
    var bounded: AuditReport {
        var audit = self
        for source in sources.indices { audit.sources[source].fault = sources[source].fault.bounded }
        for finding in findings.indices {
            audit.findings[finding].answers = findings[finding].answers.map(\.bounded)
        }
        return audit
    }
}

extension AuditFinding.Answer {
    /// Its query is ours, and whole.
    fileprivate var bounded: AuditFinding.Answer {
        var answer = self
        answer.torn = torn.bounded
        answer.violations = violations.map { violation in
            Violation(
                subject: violation.subject.bounded, detail: violation.detail.bounded,
                trace: violation.trace.map { TraceEvent(ledger: $0.ledger, at: $0.at, text: $0.text.bounded) })
        }
        return answer
    }
}
