import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// `faults`: what goes wrong with the mock banks, on the clock of a plan's stages, or of a profile's banks.
enum FaultGrammar {
    private static let at = Key<Located<DrillInstant>>.required(
        "at",
        Shape<DrillInstant>.value().then { instant, node, _, reading in
            if let stage = instant.stage { reading.mention(.stage, stage, at: node.span) }
            return Located(instant, at: node.span)
        }, "an instant of the traffic, or of a stage with `@`")
    private static let span = Key<TimeSpan>.required("for", Phrases.positiveBoundedSpan, "how long")
    private static let bankClock = Key<Located<DrillInstant>>.required(
        "at",
        Shape<DrillInstant>(form: Phrases.span.form) { node, name, reading in
            if node.written.hasPrefix("@") {
                reading.error(
                    "a profile has no stages, so '\(node.written)' is no instant of it", at: node.span,
                    fix: "count from the begin of the banks, as in '60s', or put the fault into the plan")
                return nil
            }
            return Phrases.boundedSpan.read(node, name, &reading).map { DrillInstant(offset: $0) }
        }.located, "since the banks began")
    private static let channel = Key<Located<String>>.required(
        "channel", Phrases.name(of: .channel).located, "one of the mock profile")
    private static let match = Key<PaymentMatch>.defaulted(
        "where", MatchGrammar.shape, to: PaymentMatch(), shown: "all", "only these payments")
    private static let share = Key<Ratio>.defaulted(
        "rate", .value(), to: everything, shown: "100%", "of the requests that match")

    private static let latency = Key<Effect?>.optional("latency", latencyShape, "answers come later")
    private static let timeout = Key<Effect?>.optional("timeout", timeoutShape, "no answer, though some were charged")
    private static let connection = Key<Effect?>.optional("connection", connectionShape, "connections break")
    private static let error = Key<Effect?>.optional("error", errorShape, "an error instead of an answer")
    private static let body = Key<Effect?>.optional(
        "body", bodyShape, "`malformed`, `truncated`, `wrong-length`, or dripping")
    private static let callback = Key<Effect?>.optional("callback", callbackShape, "callbacks misbehave")
    private static let maintenance = Key<Effect?>.optional("maintenance", maintenanceShape, "closed for a while")
    private static let refuse = Key<Effect?>.optional("refuse", onlyTrue(.refusal), "nobody listens")
    private static let stall = Key<Effect?>.optional("stall", onlyTrue(.stall), "nothing is answered before the end")
    private static let deaf = Key<Effect?>.optional(
        "never-read", onlyTrue(.deafness), "connections are taken, and nothing is read")
    private static let effects = [
        latency, stall, timeout, connection, error, body, callback, maintenance, refuse, deaf,
    ]

    static let ofPlan = shape(at)
    static let ofProfile = shape(bankClock)

    private static func shape(_ at: Key<Located<DrillInstant>>) -> Shape<[Fault]> {
        .list(
            .record(
                "faults", "What goes wrong, when and for how long. At least one effect.",
                [at, span, channel, match, share] + effects as [any AnyKey]
            ) { fields, reading in
                let found = effects.compactMap { fields[$0] }
                if !effects.contains(where: { fields.has($0) }) {
                    reading.error(
                        "this fault has no effect", at: fields.span,
                        fix: "write one of " + effects.map { "'\($0.form.name)'" }.joined(separator: ", "))
                }
                return Fault(
                    at: fields[at], span: fields[span], channel: fields[channel], match: fields[match],
                    rate: fields[share],
                    effects: found)
            }, countMin: 0)
    }

    private static func onlyTrue(_ effect: Effect) -> Shape<Effect> {
        Shape<Bool>.boolean.then { value, node, name, reading in
            if value { return effect }
            reading.error("'\(name): false' has no effect", at: node.span, fix: "leave it out")
            return nil
        }
    }

    private static let multiply = Key<Factor?>.optional("multiply", multiplier, "times as long")
    private static let add = Key<TimeSpan?>.optional("add", Phrases.positiveBoundedSpan, "so much longer")
    private static let multiplier = Shape<Factor>(form: .either([.number(0...1_000_000), Shape<Factor>.value().form])) {
        node, name, reading in
        switch node.content {
        case .integer, .float: Shape<Double>.number(0...1_000_000).read(node, name, &reading).map(Factor.init)
        default: Shape<Factor>.value().read(node, name, &reading)
        }
    }
    private static let latencyShape = Shape<Effect>.record("faults.latency", "Slower answers.", [multiply, add]) {
        fields, reading in
        if !fields.has(multiply), !fields.has(add) {
            reading.error("this latency changes nothing", at: fields.span, fix: "write {multiply: 8} or {add: 2s}")
        }
        return .latency(multiply: fields[multiply], add: fields[add])
    }

    private static let everything = Ratio(1)
    private static let rate = Key<Ratio>.defaulted("rate", .value(), to: everything, shown: "100%", "of the requests")
    private static let charged = Key<Ratio>.required(
        "charged", .value(), "of these, how many the bank charged all the same")
    private static let timeoutShape = Shape<Effect>.record("faults.timeout", "No answer.", [rate, charged]) {
        fields, _ in
        .timeout(rate: fields[rate], charged: fields[charged])
    }

    private static let before = Key<Ratio>.defaulted(
        "reset-before-reply", .value(), to: Ratio(0), shown: "0%", "of the requests, before anything was done")
    private static let after = Key<Ratio>.defaulted(
        "reset-after-commit", .value(), to: Ratio(0), shown: "0%", "of the requests, after the money moved")
    private static let empty = Key<Ratio>.defaulted(
        "empty-reply", .value(), to: Ratio(0), shown: "0%", "of the requests, closed without a byte")
    private static let connectionShape = Shape<Effect>.record(
        "faults.connection", "Broken connections.", [before, after, empty]
    ) { fields, reading in
        if fields[before].value + fields[after].value + fields[empty].value > 1 {
            reading.error("these are more than all requests", at: fields.span)
        }
        return .connection(
            resetBeforeReply: fields[before], resetAfterCommit: fields[after], emptyReply: fields[empty])
    }

    private static let status = Key<Int>.required("status", .integer(400...599), "what is answered")
    private static let errorShape = Shape<Effect>.record("faults.error", "Errors.", [status, rate]) { fields, _ in
        .error(status: fields[status], rate: fields[rate])
    }
    private static let maintenanceShape = Shape<Effect>.record("faults.maintenance", "A closed bank.", [status]) {
        fields, _ in .maintenance(status: fields[status])
    }

    private static let drip = Key<ByteRate>.required("drip", .value(), "how slowly bodies come")
    private static let bodyShape = Shape<Effect>.scalar(
        .choice(["malformed": .malformedBody, "truncated": .truncatedBody, "wrong-length": .wrongLength]),
        or: .record("faults.body", "Bodies that crawl.", [drip]) { fields, _ in .drippingBody(fields[drip]) })

    private static let hold = Key<Effect>.required(
        "hold-then-flood", onlyTrue(.heldCallbacks), "kept back, and all sent at the end")
    private static let callbackShape = Shape<Effect>.record("faults.callback", "Callbacks.", [hold]) { fields, _ in
        fields[hold]
    }
}
