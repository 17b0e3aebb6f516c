import PlanModel
import Timebase

/// `drain`: how long a run waits for its own stack and banks when its traffic has ended.
enum DrainGrammar {
    static let standard = TimeSpan.seconds(30)

    private static let within = Key<TimeSpan>.defaulted(
        "within", Phrases.span(within: .zero...TimeSpan.seconds(1_800)), to: standard, shown: "\(standard)",
        "until queues, callbacks, notifications and unknown payments are settled; what is not by then is told")

    static let shape = Shape<TimeSpan>.record(
        "drain", "How long the run's own stack and banks are waited for when the traffic has ended.", [within]
    ) { fields, _ in fields[within] }
}
