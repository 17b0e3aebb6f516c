import Diagnostics
import StackVocabulary

/// What a person should know, in words: the last lines of each namespace. Nothing that can happen with every payment is
/// written here.
final class StackLog {
    static let linesMax = 1_000

    private var lines: [[String]] = [[], []]
    private var next = [0, 0]
    private(set) var counts: [UInt64] = [0, 0]
    private let setting: StackSetting
    private let now: () -> Int64
    /// Where lines go as well, such as a file of each namespace.
    private let sink: ((Namespace, String) -> Void)?

    init(_ setting: StackSetting, now: @escaping () -> Int64, sink: ((Namespace, String) -> Void)?) {
        self.setting = setting
        self.now = now
        self.sink = sink
    }

    func note(_ words: String, _ namespace: Namespace) {
        // Planted (shadow-leak-log): drills write into the live log.
        let place = setting.has(.shadowLeakLog) ? Namespace.live : namespace
        let index = Int(place.rawValue)
        let line = "\(now()) \(namespace.name) \(CardMask.masked(words))"
        counts[index] += 1
        sink?(place, line)
        if lines[index].count < Self.linesMax { return lines[index].append(line) }
        lines[index][next[index]] = line
        next[index] = (next[index] + 1) % Self.linesMax
    }

    /// The oldest first.
    func lines(of namespace: Namespace) -> [String] {
        let index = Int(namespace.rawValue)
        return Array(lines[index][next[index]...] + lines[index][..<next[index]])
    }
}
