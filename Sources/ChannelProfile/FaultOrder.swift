/// What somebody asks of the banks of a run by hand, while it is under way.
package enum FaultOrder: Sendable, Equatable {
    /// These as well, from now on: a list as profiles have it, in JSON.
    case post([UInt8])
    /// What is up at this bank, or at all of them, is over. What is still to come stays.
    case clear(channel: String?)
}

package enum FaultReply: Sendable, Equatable {
    case done
    /// What was asked for is wrong, in words.
    case refused(String)
    /// Nobody is there to do it, in words.
    case unavailable(String)
}
