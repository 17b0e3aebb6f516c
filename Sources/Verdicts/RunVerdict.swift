package import Evidence

/// What a run came to. The cases stand in their order of precedence: where several hold, the first is told.
package enum RunVerdict: Sendable, Equatable {
    /// Money or isolation failed. It outranks even an interruption: what was lost is lost.
    case integrityFailed
    /// By a signal with this number.
    case interrupted(signal: Int32)
    /// A guard of the plan ended it.
    case aborted
    /// Something was not or could not be judged, or the run broke off.
    case inconclusive
    /// A performance target was missed.
    case missed
    case met

    package init(ending: Ending, judgements: [Judgement]) {
        let statuses = judgements.map(\.status)
        if judgements.contains(where: { $0.kind == .integrity && $0.status == .fail }) {
            self = .integrityFailed
        } else if case .interrupted(_, let signal) = ending {
            self = .interrupted(signal: signal)
        } else if case .aborted = ending {
            self = .aborted
        } else if case .failed = ending {
            self = .inconclusive
        } else if statuses.contains(.inconclusive) || statuses.contains(.notJudged)
            || judgements.contains(where: { $0.kind == .generator && $0.status != .pass })
        {
            // A generator that falls behind says nothing about the target, so its failure is no missed target.
            self = .inconclusive
        } else {
            self = statuses.contains(.fail) ? .missed : .met
        }
    }

    /// Of several runs.
    package static func worst(_ verdicts: [RunVerdict]) -> RunVerdict? {
        verdicts.min { $0.precedence < $1.precedence }
    }

    private var precedence: Int {
        switch self {
        case .integrityFailed: 0
        case .interrupted: 1
        case .aborted: 2
        case .inconclusive: 3
        case .missed: 4
        case .met: 5
        }
    }
}

extension RunVerdict {
    /// The word in report.json.
    package var name: String {
        switch self {
        case .integrityFailed: "integrity_failed"
        case .interrupted: "interrupted"
        case .aborted: "aborted"
        case .inconclusive: "inconclusive"
        case .missed: "missed"
        case .met: "met"
        }
    }

    /// What the process says to a script.
    package var exitCode: Int32 {
        switch self {
        case .integrityFailed, .missed: 1
        case .interrupted(let signal): 128 + signal
        case .aborted: 4
        case .inconclusive: 3
        case .met: 0
        }
    }
}
