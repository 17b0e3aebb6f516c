import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// `arrivals` and `traffic`.
enum TrafficGrammar {
    static let arrivals = Shape<Arrivals>(
        form: .phrase(
            kind: "a way to arrive", pattern: "^(poisson|uniform|bursts size=[1-9][0-9]*)$",
            examples: ["poisson", "uniform", "bursts size=50"], takesNumbers: false)
    ) { node, name, reading in
        switch node.written {
        case "poisson": return .poisson
        case "uniform": return .uniform
        case let text where text.hasPrefix("bursts size="):
            if let size = Int(text.dropFirst("bursts size=".count)), (1...1_000_000).contains(size) {
                return .bursts(size: size)
            }
            reading.error("a burst has from 1 to 1000000 arrivals", at: node.span, fix: "write 'bursts size=50'")
            return nil
        case "bursts":
            reading.error("'bursts' needs a size", at: node.span, fix: "write 'bursts size=50'")
            return nil
        default:
            let fix = PlanReading.advice(node.written, ["poisson", "uniform", "bursts size=50"], "there are ")
            reading.error("'\(name)' cannot be '\(node.written)'", at: node.span, fix: fix)
            return nil
        }
    }

    // MARK: Keys

    private static let name = Key<Located<String>?>.optional(
        "name", stageName, "for faults, targets and the report; the kind of the stage when left out")
    private static let mix = Key<[(journey: Located<String>, weight: Double)]>.defaulted(
        "mix", mixShape, to: [], shown: "the journeys' weights", "other weights for this stage")
    private static let span = Key<TimeSpan>.required("for", Phrases.positiveSpan, "how long")
    private static let rate = Key<Rate>.required("rate", Phrases.positiveRate, "arrivals a second, on average")
    private static let from = Key<Rate>.required("from", .value(), "the rate at the beginning")
    private static let to = Key<Rate>.required("to", .value(), "the rate at the end")
    private static let steps = Key<Int?>.optional(
        "steps", .integer(2...10_000), "in so many levels, instead of a slope")
    private static let curve = Key<Curve>.defaulted(
        "curve", .choice(["linear": .linear, "exponential": .exponential]), to: .linear, shown: "linear", "the slope")
    private static let base = Key<Rate>.defaulted(
        "base", .value(), to: Rate(perSecond: 0), shown: "0/s", "between the pulses")
    private static let width = Key<TimeSpan>.required("width", Phrases.positiveSpan, "of one pulse")
    private static let every = Key<TimeSpan>.required(
        "every", Phrases.positiveSpan, "from the beginning of a pulse to that of the next")
    private static let file = Key<Located<String>>.required(
        "file", Shape<String>.text.located, "NDJSON, one request a line with its instant; also `.zst`")
    private static let speed = Key<Factor?>.optional("speed", .value(), "the original gaps, divided")
    private static let rescaled = Key<Rate?>.optional("rate", Phrases.positiveRate, "rescaled to this mean rate")
    private static let limit = Key<TimeSpan?>.optional("for", Phrases.positiveSpan, "no longer than this")
    private static let count = Key<Int>.required("count", .integer(1...1_000_000), "of users")
    private static let think = Key<Distribution<TimeSpan>>.defaulted(
        "think", .value(), to: .constant(.zero), shown: "0s", "from an answer to the user's next arrival")

    private static let stageName = Shape<String>.text.then { text, node, _, reading in
        if text.contains("+") || text.contains("@") || text == "peak" {
            reading.error(
                text == "peak" ? "'peak' means the best second of all" : "a stage's name has no '+' or '@'",
                at: node.span,
                fix: "choose another name")
            return nil as Located<String>?
        }
        return Located(text, at: node.span)
    }

    private static let mixShape = Shape<[(name: Located<String>, value: Double)]>.names(Phrases.weight).then {
        pairs, node, name, reading in
        for pair in pairs { reading.mention(.journey, pair.name.value, at: pair.name.span) }
        if !pairs.isEmpty, pairs.allSatisfy({ $0.value == 0 }) {
            reading.error("all weights of '\(name)' are 0", at: node.span, fix: "give one journey more")
        }
        return pairs.map { (journey: $0.name, weight: $0.value) }
    }

    // MARK: Stages

    private struct Draft: Sendable {
        let name: Located<String>?
        let mix: [(journey: Located<String>, weight: Double)]
        let load: Load
    }

    private static func shape(
        _ title: String, _ about: String, _ keys: [any AnyKey],
        _ load: @escaping @Sendable (Fields, inout PlanReading) -> Load?
    ) -> Shape<Draft> {
        .record(title, about, keys + [name, mix]) { fields, reading in
            load(fields, &reading).map { Draft(name: fields[name], mix: fields[mix], load: $0) }
        }
    }

    private static func steady(
        _ title: String, _ about: String,
        _ load: @escaping @Sendable (_ rate: Rate, _ span: TimeSpan) -> Load = { .hold(rate: $0, span: $1) }
    ) -> Shape<Draft> {
        shape(title, about, [span, rate]) { fields, _ in load(fields[rate], fields[span]) }
    }

    private static let ramp = shape("ramp", "The rate moves from one to another.", [span, from, to, steps, curve]) {
        fields, reading in
        if fields.has(steps), fields.has(curve) {
            reading.error("a ramp has either 'steps' or a 'curve'", at: fields.span(of: steps), fix: "leave one out")
        }
        let isExponential = fields[curve] == .exponential
        if isExponential, fields[from].perSecond == 0 || fields[to].perSecond == 0 {
            reading.error(
                "an exponential ramp neither begins nor ends at 0", at: fields.span(of: curve), fix: "begin at 1/s")
        }
        if fields[from].perSecond == 0, fields[to].perSecond == 0 {
            reading.error(
                "this ramp has no arrivals", at: fields.span(of: to), fix: "a stage without arrivals is 'pause'")
        }
        return .ramp(
            from: fields[from], to: fields[to], span: fields[span],
            curve: fields[steps].map(Curve.steps) ?? fields[curve])
    }

    private static let pulses = shape(
        "pulses", "Short bursts at regular distances.", [span, rate, base, width, every]
    ) { fields, reading in
        if fields[width] >= fields[every] {
            reading.error(
                "'width' is not shorter than 'every'", at: fields.span(of: width), fix: "a pulse without end is 'hold'")
        }
        return .pulses(
            rate: fields[rate], base: fields[base], width: fields[width], every: fields[every], span: fields[span])
    }

    private static let replay = shape(
        "replay", "A recording, with its own mix and instants.", [file, speed, rescaled, limit]
    ) { fields, reading in
        if fields.has(speed), fields.has(rescaled) {
            reading.error(
                "a replay has either a 'speed' or a 'rate'", at: fields.span(of: rescaled), fix: "leave one out")
        }
        if let factor = fields[speed], factor.value == 0 {
            reading.error("'speed' must be more than 0x", at: fields.span(of: speed))
        }
        if fields.has(mix) {
            reading.error("a replay has its own mix", at: fields.span(of: mix), fix: "leave 'mix' out")
        }
        let pace = fields[rescaled].map(ReplayPace.rate) ?? .speed(fields[speed] ?? Factor(1))
        return .replay(path: fields[file], pace: pace, span: fields[limit])
    }

    private static let users = shape(
        "users", "Closed model: each user waits for its answer, thinks, and begins anew.", [count, think, span]
    ) { fields, _ in .users(count: fields[count], think: fields[think], span: fields[span]) }

    private static func variant(_ kind: String, _ about: String, _ shape: Shape<Draft>) -> Variant<Stage> {
        let declaring = Shape<Draft>(form: shape.form) { node, key, reading in
            declareStage(kind, node, &reading)
            return shape.read(node, key, &reading)
        }
        return Variant(kind, about, declaring) { draft, entry, reading in
            // The name was declared last of all stages, since stages are read in order.
            let name = reading.declared[.stage, default: []].last ?? Located(kind, at: entry.keySpan)
            return Stage(
                name: draft.name ?? Located(name.value, at: entry.keySpan), load: draft.load, mix: draft.mix,
                countsForVerdicts: kind != "warm-up")
        }
    }

    /// A nameless stage is called for its kind: `hold`, `hold-2`.
    private static func declareStage(_ kind: String, _ node: YAMLNode, _ reading: inout PlanReading) {
        if let name = node["name"] {
            if case .text(let text) = name.content { reading.declare(.stage, Located(text, at: name.span)) }
            return
        }
        var name = kind
        var number = 1
        while reading.isDeclared(.stage, name) {
            number += 1
            name = "\(kind)-\(number)"
        }
        reading.declare(.stage, Located(name, at: node.span))
    }

    static let traffic = Shape<[Stage]>.list(
        Shape<Stage>.variants(
            "a stage",
            [
                variant(
                    "warm-up", "excluded from verdicts", steady("warm-up", "A constant rate that no verdict looks at.")),
                variant("ramp", "from one rate to another", ramp),
                variant("hold", "a constant rate", steady("hold", "A constant rate.")),
                variant(
                    "spike", "a constant rate that is a shock",
                    steady("spike", "A constant rate, far above the one before.") { .spike(rate: $0, span: $1) }),
                variant("pulses", "short bursts at regular distances", pulses),
                variant(
                    "pause", "no arrivals",
                    shape("pause", "No arrivals.", [span]) { fields, _ in .pause(span: fields[span]) }),
                variant("replay", "a recording", replay),
                variant("users", "closed model", users),
            ]))
}
