import Diagnostics
import EventLoop
import PlanModel
import PlanValues

/// A command line that cannot be understood: what is wrong with it, and what to write instead.
package struct UsageError: Error, Equatable {
    package let words: String

    package init(_ words: String) {
        self.words = words
    }
}

/// The words behind a verb, sorted out by what the verb declares.
package struct Arguments: Equatable, Sendable {
    private var values: [String: [String]] = [:]
    private(set) var operands: [String] = []
    private(set) var asksForHelp = false

    init(_ words: some Sequence<String>, for command: Command) throws(UsageError) {
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else {
                guard operands.count < command.operands?.count.upperBound ?? 0 else {
                    throw Arguments.unexpected(word, command)
                }
                operands.append(word)
                continue
            }
            let (name, attached) = Arguments.split(word)
            if name == "--help" || name == "-h" {
                asksForHelp = true
                continue
            }
            guard let option = command.options.first(where: { $0.name == name }) else {
                throw Arguments.unknown(name, command)
            }
            if values[name] != nil, !option.repeats { throw UsageError("'\(name)' stands twice; write it once") }
            values[name, default: []].append(try Arguments.value(of: option, attached, &rest))
        }
        if let wanted = command.operands, operands.count < wanted.count.lowerBound, !asksForHelp {
            throw UsageError(
                "'spillway \(command.name)' needs \(wanted.about); write 'spillway \(command.name) \(wanted.name)'")
        }
    }

    /// `--for=3s` is `--for 3s`.
    private static func split(_ word: String) -> (name: String, value: String?) {
        guard let equals = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    private static func value(
        of option: Command.Option, _ attached: String?, _ rest: inout ArraySlice<String>
    ) throws(UsageError) -> String {
        guard let name = option.value else {
            if attached != nil { throw UsageError("'\(option.name)' takes no value; write \(option.name)") }
            return ""
        }
        if let attached { return attached }
        guard let next = rest.first, !next.hasPrefix("--") else {
            throw UsageError("'\(option.name)' needs a value; write \(option.name) \(name)")
        }
        rest = rest.dropFirst()
        return next
    }

    private static func unknown(_ name: String, _ command: Command) -> UsageError {
        let known = command.options.map(\.name) + ["--help"]
        if let closest = Spelling.closest(to: name, among: known) {
            return UsageError("there is no option '\(name)'; did you mean '\(closest)'?")
        }
        return UsageError("there is no option '\(name)'; 'spillway \(command.name) --help' lists them")
    }

    private static func unexpected(_ word: String, _ command: Command) -> UsageError {
        let taken = command.operands.map { "one \($0.name)" } ?? "options only"
        return UsageError("'\(word)' was not expected; 'spillway \(command.name)' takes \(taken)")
    }

    // MARK: Values

    /// Every value of an option that may be repeated.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    func text(_ name: String) -> String? { values[name]?.first }

    func has(_ name: String) -> Bool { values[name] != nil }

    func seed(_ name: String) throws(UsageError) -> UInt64? {
        guard let text = values[name]?.first else { return nil }
        guard let seed = UInt64(text) else {
            throw UsageError("'\(name) \(text)' needs a whole number from 0 to \(UInt64.max)")
        }
        // It would be masked wherever it is told.
        guard !CardMask.holdsCard(text) else {
            throw UsageError("what stands behind '\(name)' is a card's number; take another")
        }
        return seed
    }

    func choice(_ name: String, of words: [String], default standard: String) throws(UsageError) -> String {
        guard let text = values[name]?.first else { return standard }
        guard words.contains(text) else { throw Self.stray(text, name, words) }
        return text
    }

    /// Words with commas between them.
    func choices(
        _ name: String, of words: [String], default standard: [String]
    ) throws(UsageError) -> [String] {
        guard let text = values[name]?.first else { return standard }
        let chosen = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if let stray = chosen.first(where: { !words.contains($0) }) { throw Self.stray(stray, name, words) }
        return chosen
    }

    private static func stray(_ text: String, _ name: String, _ words: [String]) -> UsageError {
        if let closest = Spelling.closest(to: text, among: words) {
            return UsageError("'\(name)' cannot be '\(text)'; did you mean '\(closest)'?")
        }
        let quoted = words.map { "'\($0)'" }
        let others = quoted.dropLast().joined(separator: ", ")
        return UsageError("'\(name)' cannot be '\(text)'; write \(others) or \(quoted.last ?? "")")
    }

    func span(
        _ name: String, within range: ClosedRange<TimeSpan>, default standard: TimeSpan
    ) throws(UsageError) -> TimeSpan {
        try spans(name, within: range, example: standard).first ?? standard
    }

    /// Every value of an option that may be repeated, or that has no value of its own accord.
    func spans(
        _ name: String, within range: ClosedRange<TimeSpan>, example: TimeSpan = .seconds(10)
    ) throws(UsageError) -> [TimeSpan] {
        var spans: [TimeSpan] = []
        for text in all(name) {
            guard let span = TimeSpan(text) else {
                throw UsageError("'\(name) \(text)' needs a whole number with its unit; write '\(name) \(example)'")
            }
            guard range.contains(span) else {
                throw UsageError("'\(name) \(text)' is not between \(range.lowerBound) and \(range.upperBound)")
            }
            spans.append(span)
        }
        return spans
    }

    func address(_ name: String, default standard: Address) throws(UsageError) -> Address {
        guard let text = values[name]?.first else { return standard }
        guard let address = Address(text) else {
            if let port = HostPort.strayPort(in: text, from: 0) {
                throw UsageError("the port of '\(name)' is from 0 to 65535, not \(port)")
            }
            throw UsageError("'\(name) \(text)' needs an address and a port; write '\(name) 127.0.0.1:8080'")
        }
        return address
    }

    func number(_ name: String, within range: ClosedRange<Int>, default standard: Int) throws(UsageError) -> Int {
        guard let text = values[name]?.first else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "'\(name) \(text)' needs a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
