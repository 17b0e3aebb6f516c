/// What a run of the program says to a script. The numbers are API; where several hold, the first of this list wins.
package enum ExitCode: Int32, Sendable {
    /// A bad plan, or a command that cannot be understood.
    case usage = 2
    /// Something of the machine was in the way: a port, a descriptor, a file.
    case inconclusive = 3
    case success = 0
    /// A defect of Spillway itself.
    case internalError = 70
}
