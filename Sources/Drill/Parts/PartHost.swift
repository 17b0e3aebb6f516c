/// Where a part of a run lives that is not the driver: a process of its own when live, the run's loop in simulation.
protocol PartHost: AnyObject {
    /// What was said beside, for whoever reads the report.
    var talk: [String] { get }
    /// Why it is gone although nobody told it to go; nil while it is there.
    var loss: String? { get }

    /// Returns when it is gone, or when this task is cancelled. One task at a time.
    func waitForLoss() async

    /// What was wrong about its end, in words.
    func stop() async -> String?
}
