import ChannelMock
import ChannelProfile
import Diagnostics
import EventLoop
import Glibc
import Numerals
import Timebase

/// A line for each channel: on a terminal drawn again in place every second, elsewhere a line every ten seconds for
/// each channel that did something.
struct MockFigures {
    private let isInteractive: Bool
    private let talk: (String) -> Void
    private var block = DrawnBlock()
    private var before: [BankCounters]
    private var seconds = 0

    init(of banks: MockBanks, isInteractive: Bool, talk: @escaping (String) -> Void) {
        self.isInteractive = isInteractive
        self.talk = talk
        before = banks.banks.map(\.counters)
    }

    /// Until it is cancelled.
    mutating func show(_ banks: MockBanks) async {
        while (try? await banks.loop.sleep(until: banks.loop.now + .seconds(1))) != nil {
            seconds += 1
            if isInteractive {
                _ = Console.put(block.drawing(lines(banks)), to: STDERR_FILENO)
                before = banks.banks.map(\.counters)
            } else if seconds % 10 == 0 {
                for (line, isBusy) in zip(lines(banks), busy(banks)) where isBusy { talk(line) }
                before = banks.banks.map(\.counters)
            }
        }
        if isInteractive { _ = Console.put(block.clearing(), to: STDERR_FILENO) }
    }

    private func busy(_ banks: MockBanks) -> [Bool] {
        zip(banks.banks, before).map { $0.counters.requests != $1.requests }
    }

    private func lines(_ banks: MockBanks) -> [String] {
        let width = banks.banks.map(\.channel.name.value.count).max() ?? 0
        let span = isInteractive ? 1.0 : 10
        return zip(banks.banks, before).map { bank, before in
            let name = bank.channel.name.value
            return name + String(repeating: " ", count: width - name.count) + "  "
                + Self.words(bank, since: before, span).joined(separator: "  ")
        }
    }

    /// What is nought is left out, but for the rate.
    private static func words(_ bank: MockBank, since before: BankCounters, _ span: Double) -> [String] {
        let (now, load) = (bank.counters, bank.load)
        let rates: [(String, UInt64)] = [
            ("declined", now.declined - before.declined), ("pending", now.pending - before.pending),
            ("over quota", now.overQuota - before.overQuota), ("queue full", now.overQueue - before.overQueue),
            ("refused", now.refused - before.refused), ("disturbed", now.disturbed - before.disturbed),
            ("untagged", now.untagged - before.untagged), ("mistagged", now.mistagged - before.mistagged),
        ]
        let levels: [(String, Int)] = [
            ("at work", load.working), ("waiting", load.waiting), ("unsettled", bank.pendingCount),
            ("faults", bank.faults.count { $0.from <= bank.loop.now }),
        ]
        return [Figures.rate(Double(now.requests - before.requests) / span)]
            + rates.filter { $0.1 > 0 }.map { "\($0.0) \(Figures.rate(Double($0.1) / span))" }
            + levels.filter { $0.1 > 0 }.map { "\($0.0) \(Figures.grouped($0.1))" }
    }
}
