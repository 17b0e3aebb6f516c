/// A drill that `spillway new` begins with: what it asks, its stages and faults, and what it is held to.
enum PlanTemplate: String, CaseIterable {
    case ramp, spike, brownout

    /// In a sentence, as the plan's `about`.
    var about: String {
        switch self {
        case .ramp: "more and more payments, and how they are served at the top"
        case .spike: "a crowd three times as many as the stack holds, and the way back from it"
        case .brownout: "one of two banks fails for a while, and payments find their way round it"
        }
    }

    // MARK: Before the embedded stack

    /// Stages and what goes wrong in them.
    var traffic: String {
        switch self {
        case .ramp:
            """
            traffic:
              - warm-up: {for: 3s, rate: 20/s}            # counts for no verdict
              - ramp: {for: 10s, from: 20/s, to: 100/s}
              - hold: {for: 12s, rate: 100/s, name: top}
            """
        case .spike:
            """
            traffic:
              - warm-up: {for: 3s, rate: 20/s}            # counts for no verdict
              - hold: {for: 8s, rate: 80/s, name: baseline}
              - spike: {for: 5s, rate: 600/s, name: crowd}
              - hold: {for: 12s, rate: 80/s, name: after}
            """
        case .brownout:
            """
            traffic:
              - warm-up: {for: 3s, rate: 20/s}            # counts for no verdict
              - hold: {for: 8s, rate: 80/s, name: baseline}
              - hold: {for: 12s, rate: 80/s, name: brownout}
              - hold: {for: 16s, rate: 80/s, name: healed}

            # What goes wrong, on the clock of the stages: nine in ten of what the bank is asked fails.
            faults:
              - {at: "@brownout", for: 12s, channel: direct, error: {status: 503, rate: 90%}}
            """
        }
    }

    /// What it is held to beside money, isolation and the generator.
    var targets: String {
        switch self {
        case .ramp:
            """
              - latency: {journey: pay, stage: top, p99: 500ms}
              - errors: {at most: 1%}
              - capacity: {at least: 85/s, slo: {p99: 500ms, errors: 1%}}
            """
        case .spike:
            """
              - latency: {journey: pay, stage: baseline, p99: 500ms}
              - errors: {stage: after, at most: 1%}
              # The crowd is turned away early and aloud, whoever is let in is served, and all is well again soon.
              - goodput: {stage: crowd, at least: 80% of peak}
              - shed: {p99: 250ms, retry-after: required, order: [low, critical]}
              - recovery: {after: crowd, to: 95% of baseline, within: 5s}
              - queue: {series: waiting, at most: 100}
            """
        case .brownout:
            """
              - latency: {journey: pay, stage: baseline, p99: 500ms}
              - errors: {stage: healed, at most: 1%}
              # The stack stops asking the failing bank, looks now and then whether it is well, and comes back to it.
              - breaker: {channel: direct, opens within: 10s, closes within: 15s}
              - recovery: {after: brownout, to: 95% of baseline, within: 5s}
              - amplification: {at most: 1.1}
            """
        }
    }

    /// Series of the stack that targets look at.
    var observed: String? {
        guard self == .spike else { return nil }
        return """
            observe:
              - prometheus: stack
                series: {waiting: 'spillway_stack_queue_depth{namespace="shadow"}'}
            """
    }

    // MARK: Before a stack that is already there

    /// Stages, and what it is held to.
    struct Course {
        let traffic: String
        let targets: String
    }

    /// Gentle, since nobody knows yet what is there; nil for what needs banks that the drill can break.
    var gentle: Course? {
        switch self {
        case .ramp: Self.gentleRamp
        case .spike: Self.gentleSpike
        case .brownout: nil
        }
    }

    private static let gentleRamp = Course(
        traffic: """
            traffic:
              - warm-up: {for: 3s, rate: 5/s}             # counts for no verdict
              - ramp: {for: 15s, from: 5/s, to: 50/s}
              - hold: {for: 15s, rate: 50/s, name: top}
            """,
        targets: """
              - latency: {journey: pay, stage: top, p99: 500ms}
              - errors: {at most: 1%}
            """)

    private static let gentleSpike = Course(
        traffic: """
            traffic:
              - warm-up: {for: 3s, rate: 5/s}             # counts for no verdict
              - hold: {for: 10s, rate: 20/s, name: baseline}
              - spike: {for: 5s, rate: 100/s, name: crowd}
              - hold: {for: 12s, rate: 20/s, name: after}
            """,
        targets: """
              - latency: {journey: pay, stage: baseline, p99: 500ms}
              - errors: {stage: after, at most: 1%}
              - recovery: {after: crowd, to: 95% of baseline, within: 5s}
              # Where the crowd is more than it holds, it should be turned away early and aloud:
              # - shed: {p99: 250ms, retry-after: required}
            """)
}
