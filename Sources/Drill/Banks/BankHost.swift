import ChannelProfile
import EventLoop
import ShadowTag
import Timebase

/// Where the mock banks of a run live: a process of their own when live, this loop in simulation.
protocol BankHost: AnyObject {
    /// The operator's side, and each channel in the order of the profile.
    var admin: Address { get }
    var channels: [(name: String, address: Address)] { get }
    /// What was said beside, for whoever reads the report.
    var talk: [String] { get }
    /// Why they are gone although nobody told them to go; nil while they are there.
    var loss: String? { get }

    /// Returns when they are gone, or when this task is cancelled. One task at a time.
    func waitForLoss() async

    /// What was wrong about their end, in words.
    func stop() async -> String?
}
