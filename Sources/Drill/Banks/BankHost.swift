import EventLoop
import Evidence

/// Where the mock banks of a run live: a process of their own when live, this loop in simulation.
protocol BankHost: PartHost {
    /// The operator's side, and each channel in the order of the profile.
    var admin: Address { get }
    var channels: [(name: String, address: Address)] { get }

    /// Nil where it is in files.
    func journal(of channel: String) -> ChannelJournalWriter?
}

extension BankHost {
    func journal(of channel: String) -> ChannelJournalWriter? { nil }
}
