import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// `callback`: what a channel tells afterwards, and how badly.
enum CallbackGrammar {
    private static let delay = Key<Distribution<TimeSpan>>.required(
        "delay", .value(), "after the payment was decided")
    private static let lost = share("lost", "of the callbacks, never sent")
    private static let duplicate = share("duplicate", "of the callbacks, sent twice")
    private static let reorder = share("reorder", "of the callbacks, kept until a later one has gone")
    private static let beforeAnswer = share(
        "before-answer", "of the callbacks, sent before the answer to the request that caused them")
    private static let retries = Key<CallbackRetries>.defaulted(
        "retries", retriesShape, to: .none, shown: "none",
        "when one that was not taken is sent again: a preset, or waits of your own")
    private static let key = Key<Located<String>?>.optional(
        "key", keyShape, "the variable that holds the signing key; the documented test key, when left out")

    private static func share(_ name: String, _ about: String) -> Key<Ratio> {
        .defaulted(name, .value(), to: Ratio(0), shown: "0%", about)
    }

    static let shape = Shape<CallbackRule>.record(
        "callback", "What a bank tells afterwards, and how badly.",
        [delay, lost, duplicate, reorder, beforeAnswer, retries, key]
    ) { fields, reading in
        if fields[reorder].value == 1 {
            reading.error(
                "when every callback waits for a later one, none is ever sent", at: fields.span(of: reorder),
                fix: "write less than 100%")
        }
        return CallbackRule(
            delay: fields[delay], lost: fields[lost], duplicate: fields[duplicate], reorder: fields[reorder],
            beforeAnswer: fields[beforeAnswer], retries: fields[retries], keyVariable: fields[key])
    }

    // MARK: Key

    private static let keyShape = Shape<Located<String>>(
        form: .phrase(
            kind: "a variable of the environment", pattern: #"^\$\{env\.[A-Za-z_][A-Za-z0-9_]*\}$"#,
            examples: ["${env.CALLBACK_KEY}"], takesNumbers: false)
    ) { node, _, reading in
        let name = node.written.dropFirst("${env.".count).dropLast()
        guard node.written.hasPrefix("${env."), node.written.hasSuffix("}"), isVariable(name) else {
            // What stands there may be the key: it is not repeated.
            reading.error(
                "a key does not stand in a profile", at: node.span,
                fix: "write \"${env.CALLBACK_KEY}\", and set the variable")
            return nil
        }
        reading.resolveVariable(String(name), at: node.span)
        return Located(String(name), at: node.span)
    }

    private static func isVariable(_ name: Substring) -> Bool {
        !name.isEmpty && !("0"..."9" ~= (name.first ?? "0"))
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    // MARK: Retries

    private static let none = Shape<CallbackRetries>.choice(["none": .none])
    private static let preset = Shape<RetryPreset>.word
    private static let waits = Shape<[TimeSpan]>.list(Phrases.boundedSpan).then { waits, node, _, reading in
        if waits.count <= CallbackRetries.waitsMax { return waits }
        reading.error("a callback is sent again at most \(CallbackRetries.waitsMax) times", at: node.span)
        return nil as [TimeSpan]?
    }

    private static let presetName = Key<RetryPreset?>.optional("preset", preset, "as a provider documents it")
    private static let ownWaits = Key<[TimeSpan]?>.optional("waits", waits, "between the attempts")
    private static let speed = Key<Factor>.defaulted(
        "speed", .value(), to: Factor(1), shown: "1x", "times as fast, since a drill has no days")
    private static let speeds = 0.01...1_000_000
    private static let schedule = Shape<CallbackRetries>.record(
        "callback.retries", "When a callback is sent again: either a `preset` or `waits`.",
        [presetName, ownWaits, speed]
    ) { fields, reading in
        if fields.has(presetName) == fields.has(ownWaits) {
            reading.error(
                "retries are either a 'preset' or 'waits'", at: fields.span, fix: "write {preset: wechat, speed: 600x}")
            return nil
        }
        guard speeds.contains(fields[speed].value) else {
            reading.error("'speed' is from 0.01x to 1000000x", at: fields.span(of: speed))
            return nil
        }
        if let preset = fields[presetName] { return retries(preset, speed: fields[speed].value) }
        return fields[ownWaits].map { .schedule(name: "own", waits: $0, speed: fields[speed].value) }
    }

    private static func retries(_ preset: RetryPreset, speed: Double) -> CallbackRetries {
        .schedule(name: preset.rawValue, waits: preset.waits, speed: speed)
    }

    private static let words = ["none"] + RetryPreset.allCases.map(\.rawValue)
    private static let retriesShape = Shape<CallbackRetries>(
        form: .either([.choice(words), schedule.form, waits.form])
    ) { node, name, reading in
        switch node.content {
        case .mapping: return schedule.read(node, name, &reading)
        case .sequence:
            return waits.read(node, name, &reading).map { .schedule(name: "own", waits: $0, speed: 1) }
        default:
            if node.written == "none" { return CallbackRetries.none }
            if let preset = RetryPreset(rawValue: node.written) { return retries(preset, speed: 1) }
            reading.error(
                "'\(name)' knows no preset '\(node.written)'", at: node.span,
                fix: PlanReading.advice(node.written, words, "there are "))
            return nil
        }
    }
}
