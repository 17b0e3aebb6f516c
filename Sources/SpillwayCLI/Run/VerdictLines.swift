import Diagnostics
import Verdicts

/// Judgements for somebody at a terminal: a line for each, and below those that did not pass what was expected and why, as
/// far as there is room. Everything in them may come from a target, so it is made harmless first.
struct VerdictLines {
    private let judgements: [Judgement]
    private let terminal: Terminal
    /// What is not told stands there.
    private let page: String

    init(_ judgements: [Judgement], for terminal: Terminal, page: String) {
        self.judgements = judgements
        self.terminal = terminal
        self.page = page
    }

    /// - Parameter roomForDetails: lines beside those of the verdicts themselves.
    func lines(roomForDetails: Int) -> [String] {
        let (details, left) = allotted(roomForDetails)
        let told = zip(judgements, details).flatMap { [line(of: $0)] + $1 }
        return told + (left > 0 ? ["\(left) more in \(page)".fitted(to: terminal.columns, sign: gap)] : [])
    }

    // MARK: One line each

    private static let nameMax = 14

    private var nameWidth: Int {
        min(judgements.map { $0.name.harmless.columnCount }.max() ?? 0, Self.nameMax, terminal.columns / 3)
    }

    private func line(of judgement: Judgement) -> String {
        let name = judgement.name.harmless.fitted(to: nameWidth, sign: gap)
        let padding = String(repeating: " ", count: nameWidth - name.columnCount + 2)
        let sign = judgement.status.sign(isUnicode: terminal.isUnicode)
        let words = isCut(judgement) ? cut(judgement) : whole(judgement)
        return "\(terminal.painted(sign, judgement.status)) \(name)\(padding)\(words.fitted(to: room, sign: gap))"
    }

    private var gap: String { terminal.isUnicode ? "…" : "~" }
    private var room: Int { terminal.columns - nameWidth - 4 }

    private func isCut(_ judgement: Judgement) -> Bool { whole(judgement).columnCount > room }

    private func whole(_ judgement: Judgement) -> String {
        "\(judgement.claim.harmless): \(judgement.observed.harmless)"
    }

    /// The figure is what people look for: what stands in brackets behind it goes first, then the middle of the claim, at
    /// whose end often stands what it is about.
    private func cut(_ judgement: Judgement) -> String {
        let claim = judgement.claim.harmless
        let scope = claim.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? claim
        let observed = judgement.observed.harmless
        let figure = observed.firstRange(of: " (").map { String(observed[..<$0.lowerBound]) } ?? observed
        let rest = room - 2
        let share = max(rest * 2 / 3, rest - figure.columnCount)
        return "\(scope.fittedInside(to: share, sign: gap)): \(figure)"
    }

    // MARK: What did not pass

    private static let reasonsMax = 3
    private static let indent = "    "

    /// First everyone's expectation and first reason, failures before the rest; then further reasons.
    private func allotted(_ room: Int) -> (lines: [[String]], left: Int) {
        var lines = judgements.map { _ in [String]() }
        var (used, left) = (0, 0)
        let order =
            judgements.indices.filter { judgements[$0].status == .fail }
            + judgements.indices.filter { ![.fail, .pass].contains(judgements[$0].status) }
        for (round, place) in (0..<Self.reasonsMax).flatMap({ round in order.map { (round, $0) } }) {
            let told = details(of: judgements[place], round)
            if told.isEmpty { continue }
            // One more line says that there is more; nothing is told behind what was left out.
            if left == 0, used + told.count < room {
                lines[place] += told
                used += told.count
            } else {
                left += 1
            }
        }
        left += order.reduce(0) { $0 + max(0, judgements[$1].reasons.count - Self.reasonsMax) }
        return (lines, left)
    }

    private func details(of judgement: Judgement, _ round: Int) -> [String] {
        var texts: [String] = []
        if round == 0 {
            texts.append("expected: \(judgement.expected)")
            if isCut(judgement) { texts.append("observed: \(judgement.observed)") }
        }
        if round < judgement.reasons.count { texts.append("because:  \(judgement.reasons[round])") }
        return texts.flatMap { text in
            // Two lines of one text, and a word that is wider than the screen is cut.
            let short = text.harmless.fitted(to: 2 * terminal.columns - 20, sign: gap)
            return Paragraph.wrapped(Self.indent + short, columns: terminal.columns)
                .map { $0.fitted(to: terminal.columns, sign: gap) }
        }
    }
}

extension Judgement.Status {
    fileprivate func sign(isUnicode: Bool) -> String {
        switch self {
        case .pass: isUnicode ? "\u{2713}" : "+"
        case .fail: isUnicode ? "\u{2717}" : "x"
        case .inconclusive: "?"
        case .notJudged: "-"
        }
    }
}

extension Terminal {
    fileprivate func painted(_ text: String, _ status: Judgement.Status) -> String {
        guard isColoured else { return text }
        let colour =
            switch status {
            case .pass: 32
            case .fail: 31
            case .inconclusive, .notJudged: 33
            }
        return "\u{1b}[\(colour)m\(text)\u{1b}[0m"
    }
}
