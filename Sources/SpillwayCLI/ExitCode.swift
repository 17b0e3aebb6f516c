package import Verdicts

/// What a run of the program says to a script. The numbers are API; where several hold, the first of this list wins,
/// and among several plans' runs `RunVerdict.worst` keeps the same order. A failed audit of money or isolation says 1
/// as well, and comes before all but a bad plan.
package enum ExitCode: Int32, Sendable, CaseIterable {
    /// A bad plan, or a command that cannot be understood.
    case usage = 2
    /// By Ctrl-C.
    case interrupted = 130
    /// By SIGTERM.
    case terminated = 143
    /// A guard of the plan ended the drill.
    case aborted = 4
    /// Not or not fully judged, or something of the machine was in the way: a port, a descriptor, a file.
    case inconclusive = 3
    /// Money or isolation failed, or a performance target was missed.
    case failed = 1
    case success = 0
    /// A defect of Spillway itself.
    case internalError = 70

    package init(_ verdict: RunVerdict) {
        self = ExitCode(rawValue: verdict.exitCode) ?? .interrupted
    }
}
