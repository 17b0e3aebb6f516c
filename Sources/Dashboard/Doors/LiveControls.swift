package import ChannelProfile
package import LoadDriver

/// Where what is asked for on the page goes: to the run that is under way. Both are called on the page's loop.
package struct LiveControls {
    package var command: (DriverCommand) -> Void
    package var faults: (FaultOrder, _ reply: @escaping (FaultReply) -> Void) -> Void

    package init(
        command: @escaping (DriverCommand) -> Void,
        faults: @escaping (FaultOrder, _ reply: @escaping (FaultReply) -> Void) -> Void
    ) {
        self.command = command
        self.faults = faults
    }
}
