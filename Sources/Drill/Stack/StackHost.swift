import EventLoop

/// Where the embedded stack of a run lives: a process of its own when live, this loop in simulation.
protocol StackHost: PartHost {
    /// For merchants and banks, and for the operator.
    var front: Address { get }
    var operatorDesk: Address { get }
}
