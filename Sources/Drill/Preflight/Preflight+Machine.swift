import EventLoop
import PlanModel
import PlanValues

extension Preflight {
    // MARK: Descriptors

    /// The loops' own, files, and connections that are being turned over.
    private static let descriptorsBeside = 128
    /// Connections of the stack to the sink of webhooks.
    private static let descriptorsOfSink = 256

    var descriptorsNeeded: Int {
        let entries = max(plan.target.entry.addresses.count, 1)
        return plan.target.connections * entries + (plan.webhooks == nil ? 0 : Self.descriptorsOfSink)
            + plan.observe.count + Self.descriptorsBeside
    }

    var descriptors: PreflightCheck {
        if loop.simulation != nil { return PreflightCheck("descriptors", .passed, "a simulated run opens none") }
        return Self.descriptors(needed: descriptorsNeeded, limit: DescriptorLimit.current, raise: DescriptorLimit.raise)
    }

    static func descriptors(needed: Int, limit: Int, raise: (Int) -> Int) -> PreflightCheck {
        if needed <= limit { return PreflightCheck("descriptors", .passed, "\(needed) wanted, \(limit) allowed") }
        let raised = raise(needed)
        if needed <= raised {
            return PreflightCheck(
                "descriptors", .passed, "\(needed) wanted; the limit was raised from \(limit) to \(raised)")
        }
        return PreflightCheck(
            "descriptors", .failed, "\(needed) descriptors are wanted, and this process may open \(raised)",
            fix: "run 'ulimit -n \(needed)' as one who may, or lower 'connections'")
    }

    // MARK: The clock

    private static let ticks = 100
    private static let tick = TimeSpan.milliseconds(2)
    /// A machine that takes longer than this from us now will do so in the run.
    private static let stolenMax = TimeSpan.milliseconds(5)

    /// How late timers are on this machine, measured for 200 ms. The run measures it all along; this is only to know
    /// before.
    func clock() async -> PreflightCheck {
        var late: [TimeSpan] = []
        for _ in 0..<Self.ticks {
            let due = loop.now + Self.tick
            do { try await loop.sleep(until: due) } catch { break }
            late.append(loop.now - due)
        }
        late.sort()
        guard let worst = late.last else { return PreflightCheck("clock", .notObserved, "the look was cancelled") }
        return Self.clock(median: late[late.count / 2], worst: worst)
    }

    static func clock(median: TimeSpan, worst: TimeSpan) -> PreflightCheck {
        let shown = [median, worst].map { TimeSpan.microseconds($0.nanoseconds / 1_000) }
        let words = "timers are \(shown[0]) late in the middle, \(shown[1]) at worst"
        guard worst > stolenMax else { return PreflightCheck("clock", .passed, words) }
        return PreflightCheck(
            "clock", .warned, "the machine takes time from this process: \(words)",
            fix: "leave it a core that nothing else uses")
    }

    // MARK: The sink of webhooks

    func webhooks() async -> [PreflightCheck] {
        guard let sink = plan.webhooks else { return [] }
        let name = "webhooks"
        do throws(StreamError) {
            let addresses = try await loop.resolve(
                sink.listen.host, port: UInt16(sink.listen.port), until: loop.now + patience)
            guard let address = addresses.first else { return [] }
            let listener = try loop.listen(on: address)
            listener.close()
            return [PreflightCheck(name, .passed, "the sink can listen at \(address)")]
        } catch {
            return [
                PreflightCheck(
                    name, .failed, "the sink of webhooks cannot listen: \(error)",
                    fix: "write a free port in 'webhooks.listen', or 0 for any")
            ]
        }
    }
}
