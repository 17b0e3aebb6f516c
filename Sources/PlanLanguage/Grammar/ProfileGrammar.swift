import ChannelProfile
import Diagnostics
import PlanValues

/// The whole of a mock profile, as `PlanGrammar` is that of a plan.
enum ProfileGrammar {
    private static let name = Key<String>.required(
        "profile", Phrases.title("cn-retail"), "its name, also in the evidence that its banks leave")
    private static let about = Key<String?>.optional("about", .text, "which world this is, in a sentence")
    private static let seed = Key<Int>.defaulted(
        "seed", .integer(0 ... .max), to: 1, shown: "1",
        "what becomes of a payment is a function of it and of the payment's reference")
    /// Taken in before the rest is read; see `PlanAssembly`.
    private static let include = Key<[String]>.defaulted(
        "include", .oneOrMany(.text), to: [], shown: "none", "files whose `channels` are added to the profile's")
    private static let allow = Key<[Located<NetworkBlock>]>.defaulted(
        "allow", .list(Phrases.network.located), to: [], shown: "[127.0.0.0/8]", "where callbacks may go")
    private static let channels = Key<[Channel]>.required(
        "channels", ChannelGrammar.section, "the banks, and what each is like on a good day")
    private static let faults = Key<[Fault]>.defaulted(
        "faults", FaultGrammar.ofProfile, to: [], shown: "none",
        "what goes wrong, on a clock that begins with the banks")
    private static let statement = Key<StatementRule>.defaulted(
        "statement", StatementGrammar.shape, to: StatementRule(), shown: "csv",
        "what the banks say happened, for an audit to compare")

    static let shape = Shape<ChannelProfile>.record(
        "profile", "A world of mock banks and channels.",
        [name, about, seed, include, allow, channels, faults, statement]
    ) { fields, reading in
        checkListeners(fields[channels], &reading)
        for fault in fields[faults] {
            guard let channel = fields[channels].first(where: { $0.name.value == fault.channel.value }) else {
                continue
            }
            check(fault, of: channel, &reading)
        }
        return ChannelProfile(
            name: fields[name], about: fields[about], seed: UInt64(fields[seed]), allow: fields[allow],
            channels: fields[channels], faults: fields[faults], statement: fields[statement])
    }

    // MARK: What only the whole tells

    private static func checkListeners(_ channels: [Channel], _ reading: inout PlanReading) {
        let listeners = channels.compactMap(\.listen).filter { $0.value.port != 0 }
        for (index, listener) in listeners.enumerated() {
            guard let first = listeners[..<index].first(where: { collide($0.value, listener.value) }) else { continue }
            reading.error(
                "two channels listen at port \(listener.value.port)", at: listener.span,
                fix: "give one another port, or leave 'listen' out for one that is free",
                notes: [.init("the first is here", at: first.span)])
        }
    }

    private static func collide(_ one: HostPort, _ other: HostPort) -> Bool {
        let everywhere = ["0.0.0.0", "::"]
        return one.port == other.port
            && (one.host == other.host || everywhere.contains(one.host) || everywhere.contains(other.host))
    }

    private static func check(_ fault: Fault, of channel: Channel, _ reading: inout PlanReading) {
        if channel.fixedAnswer != nil, fault.effects.contains(where: { $0 != .refusal && $0 != .deafness }) {
            reading.error(
                "'\(channel.name.value)' answers everyone at once, so nothing but 'refuse' and 'never-read' goes wrong "
                    + "with it", at: fault.channel.span, fix: "leave out its 'answer', or the fault")
        } else if channel.callback == nil, fault.effects.contains(.heldCallbacks) {
            reading.error(
                "'\(channel.name.value)' sends no callbacks that could be held", at: fault.channel.span,
                fix: "give the channel a 'callback'")
        }
    }
}

/// `statement`: what the banks say happened.
private enum StatementGrammar {
    private static let form = Key<StatementRule.Form>.defaulted(
        "form", .word, to: .csv, shown: "csv", "how it is written")
    private static let missing = planted("missing", "of the payments, left out")
    private static let extra = planted("extra", "of the payments, told twice under a reference that nobody sent")
    private static let offByOne = planted("off-by-one", "of the payments, one minor unit more")

    private static func planted(_ name: String, _ about: String) -> Key<Ratio> {
        .defaulted(name, .value(), to: Ratio(0), shown: "0%", about)
    }

    static let shape = Shape<StatementRule>.scalar(
        Shape<StatementRule.Form>.word.map { StatementRule(form: $0) },
        or: .record(
            "statement", "What the banks say happened; what is planted in it shows whether an audit finds it.",
            [form, missing, extra, offByOne]
        ) { fields, reading in
            if fields[missing].value + fields[offByOne].value > 1 {
                reading.error(
                    "these are more than all payments: one that is missing cannot be off by one", at: fields.span)
            }
            return StatementRule(
                form: fields[form], missing: fields[missing], extra: fields[extra], offByOne: fields[offByOne])
        })
}
