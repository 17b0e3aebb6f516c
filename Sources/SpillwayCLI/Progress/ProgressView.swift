import Diagnostics
import LoadDriver
import Numerals
import Timebase

/// A run under way, as lines that fit a screen of any width:
///
///     flash  ██████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  7s left, 1m07s in all
///     offered 6,000/s     achieved 5,998/s    in flight 312       dropped 0
///     p50 12.3ms          p99 250ms           errors 0%           shed 12.3%
///     + faster   - slower   p pause   q stop
///
/// No line is longer than the screen is wide, so that drawing in place never loses count of its rows.
struct ProgressView {
    let terminal: Terminal
    /// Somebody can press keys.
    let hasKeys: Bool
    /// Of a rehearsal: how far it is, and how fast.
    var pace: String?

    func lines(_ progress: DriverProgress) -> [String] {
        guard progress.phase != .ended else { return [] }
        let pace = pace.map { [cut("rehearsed: \($0)", to: terminal.columns)] } ?? []
        return [top(progress)] + figures(progress) + money(progress) + pace + (hasKeys ? [keys(progress)] : [])
    }

    // MARK: The stage

    private func top(_ progress: DriverProgress) -> String {
        let (label, remaining, share) = situation(progress)
        let right = remaining.first { label.count + $0.count + 2 + Self.barMin <= terminal.columns } ?? ""
        let name = cut(label, to: terminal.columns - right.count - 2)
        let room = min(terminal.columns - name.count - right.count - 4, Self.barMax)
        guard let share, room >= Self.barMin else { return right.isEmpty ? name : "\(name)  \(right)" }
        return "\(paint(name, progress.isPaused ? .yellow : .bold))  \(bar(share, room))  \(right)"
    }

    /// What is going on, words for what is left in the order of preference, and how far the stage has come.
    private func situation(_ progress: DriverProgress) -> (label: String, remaining: [String], share: Double?) {
        switch progress.phase {
        case .setup: return ("setting up", [], nil)
        case .draining: return ("draining", ["\(Figures.grouped(progress.inFlight)) open"], nil)
        case .teardown: return ("tearing down", [], nil)
        case .ended: return ("ended", [], nil)
        case .traffic: break
        }
        let span = progress.stageSpan
        let length = span.upperBound - span.lowerBound
        let share = length > .zero ? (progress.elapsed - span.lowerBound).seconds / length.seconds : 1
        let left = "\(Self.left(span.upperBound - progress.elapsed)) left"
        let all = "\(left), \(Self.left(progress.length - progress.elapsed)) in all"
        return (label(progress), [all, left], min(max(share, 0), 1))
    }

    private func label(_ progress: DriverProgress) -> String {
        var label = progress.stageName.harmless
        if progress.isPaused { label += ", paused" }
        if progress.rateFactor != 1 { label += ", x\(Figures.threeDigits(progress.rateFactor))" }
        return label
    }

    /// Whole seconds, rounded up: a stage that is not over has some left.
    private static func left(_ span: TimeSpan) -> String {
        wholeSeconds(max(span, .zero) + .nanoseconds(999_999_999))
    }

    private static func wholeSeconds(_ span: TimeSpan) -> String {
        Figures.clock(.seconds(span.nanoseconds / 1_000_000_000))
    }

    private static let barMin = 5
    private static let barMax = 60

    private func bar(_ share: Double, _ room: Int) -> String {
        let full = Int((share * Double(room)).rounded())
        let (done, rest) = terminal.isUnicode ? ("█", "░") : ("#", "-")
        return String(repeating: done, count: full) + String(repeating: rest, count: room - full)
    }

    // MARK: Figures

    private func figures(_ progress: DriverProgress) -> [String] {
        let cells = Self.cells(progress)
        let perLine = terminal.columns >= 160 ? 8 : terminal.columns >= 76 ? 4 : terminal.columns >= 36 ? 2 : 1
        let width = min(terminal.columns / perLine, 24)
        return stride(from: 0, to: cells.count, by: perLine).map { start in
            let row = cells[start..<min(start + perLine, cells.count)]
            let texts = row.map { cell in
                (cut(cell.choices.first { $0.count < width } ?? cell.choices[0], to: width - 1), cell.tint)
            }
            let padded = texts.map { paint($0.0, $0.1) + String(repeating: " ", count: width - $0.0.count) }
            return String(padded.joined().reversed().drop { $0 == " " }.reversed())
        }
    }

    private struct Cell {
        /// In the order of preference; the first that fits is shown.
        let choices: [String]
        var tint = Tint.plain
    }

    private static func cells(_ progress: DriverProgress) -> [Cell] {
        [
            Cell(choices: ["offered \(Figures.rate(progress.offered))"]),
            Cell(choices: ["achieved \(Figures.rate(progress.achieved))"]),
            Cell(choices: ["in flight \(Figures.grouped(progress.inFlight))"]),
            Cell(
                choices: ["dropped \(Figures.grouped(Int(progress.dropped)))"],
                tint: progress.dropped > 0 ? .red : .plain),
            Cell(choices: ["p50 \(progress.p50.map { Figures.span($0) } ?? "-")"]),
            Cell(choices: ["p99 \(progress.p99.map { Figures.span($0) } ?? "-")"]),
            Cell(
                choices: counted("errors", progress.errorRatio, progress.errors),
                tint: progress.errors > 0 ? .red : .plain),
            Cell(
                choices: counted("shed", progress.shedRatio, progress.shed),
                tint: progress.shedRatio > 0 ? .yellow : .plain),
        ]
    }

    /// The share of the last second, and the count of the whole run.
    private static func counted(_ name: String, _ ratio: Double, _ count: UInt64) -> [String] {
        let short = "\(name) \(Figures.percent(ratio))"
        return count > 0 ? ["\(short) (\(Figures.grouped(Int(count))))", short] : [short]
    }

    /// Nothing as long as nothing is wrong.
    private func money(_ progress: DriverProgress) -> [String] {
        guard progress.moneyViolations > 0 else { return [] }
        return [paint(cut(Self.violations(progress), to: terminal.columns), .red)]
    }

    private static func violations(_ progress: DriverProgress) -> String {
        "the stack's books are wrong in \(Figures.grouped(Int(progress.moneyViolations))) places"
    }

    private func keys(_ progress: DriverProgress) -> String {
        let pause = progress.isPaused ? "p go on" : "p pause"
        return cut("+ faster  - slower  \(pause)  q stop", to: terminal.columns)
    }

    // MARK: One line, for logs

    /// For outputs that cannot draw in place. Figures are those of the last whole second: until a stage has one, they
    /// would be those of the stage before.
    func line(_ progress: DriverProgress) -> String {
        let (label, remaining, _) = situation(progress)
        let cells = Self.cells(progress).prefix(Self.hasOwnSecond(progress) ? .max : 1).compactMap(\.choices.first)
        let place =
            progress.phase == .traffic && pace == nil ? "\(Self.wholeSeconds(progress.elapsed)) \(label)" : label
        let money = progress.moneyViolations > 0 ? [Self.violations(progress)] : []
        return ((pace.map { [$0] } ?? []) + [place] + (progress.phase == .traffic ? cells + money : remaining)).joined(
            separator: "  ")
    }

    private static func hasOwnSecond(_ progress: DriverProgress) -> Bool {
        let second: Int64 = 1_000_000_000
        let first = (progress.stageSpan.lowerBound.nanoseconds + second - 1) / second
        return progress.elapsed.nanoseconds >= (first + 1) * second
    }

    // MARK: Effects

    private enum Tint: String {
        case plain = ""
        case bold = "1"
        case red = "31"
        case yellow = "33"
    }

    private func paint(_ text: String, _ tint: Tint) -> String {
        guard terminal.isColoured, tint != .plain else { return text }
        return "\u{1b}[\(tint.rawValue)m\(text)\u{1b}[0m"
    }

    private func cut(_ text: String, to columns: Int) -> String {
        text.fitted(to: columns, sign: terminal.isUnicode ? "…" : "~")
    }
}
