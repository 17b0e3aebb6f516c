import Containers
import EventLoop
import StackVocabulary
import Timebase

/// Those that wait to be let in: a line for each rank, the oldest first in each.
///
///     rank 0   | oldest ... youngest         the next to go in: the oldest of the first line
///     rank 1   |
///      ...     |
///     rank 17  | oldest ... youngest         who makes room: the youngest of the last line
///
/// Oldest first, also under overload: how long a newcomer will wait is known when it comes, so nobody gets in line to
/// grow old there (`Door`). In simulation, payments alone, oldest first / youngest first:
///
///     offered      p99 until a refusal     median until an answer, 20 ms of it with the bank
///     1.2 knees       0 / 100 ms               48 / 25 ms
///     2 knees         0 /  40 ms               49 / 25 ms
///     10 knees        0 /  40 ms               49 / 25 ms
///
/// Goodput is the same to a thousandth. Youngest first makes those wait for a refusal whom it overtakes, and near the
/// knee for longer than 50 ms.
struct WaitingRoom {
    private var lines: [AgedSlots<Turn>]
    /// What the waiting of each rank take of a core, together.
    private var work: [Int64]
    /// One bit for each line that is not empty.
    private var occupied: UInt32 = 0
    private(set) var count = 0

    init() {
        lines = (0..<Rank.count).map { _ in AgedSlots(room: 0) }
        work = Array(repeating: 0, count: Rank.count)
    }

    var isEmpty: Bool { count == 0 }

    mutating func enter(_ turn: Turn) {
        let line = turn.rank.number
        turn.place = lines[line].put(turn)
        lines[line].enterLine(turn.place)
        work[line] += turn.cost.nanoseconds
        occupied |= 1 << UInt32(line)
        count += 1
    }

    mutating func remove(_ turn: Turn) {
        let line = turn.rank.number
        lines[line].giveBack(turn.place)
        turn.place = -1
        work[line] -= turn.cost.nanoseconds
        count -= 1
        if lines[line].countInLine == 0 { occupied &= ~(1 << UInt32(line)) }
    }

    mutating func takeNext() -> Turn? {
        guard occupied != 0 else { return nil }
        let turn = oldest(in: occupied.trailingZeroBitCount)
        remove(turn)
        return turn
    }

    var leastPrecious: Turn? {
        guard occupied != 0 else { return nil }
        let line = 31 - occupied.leadingZeroBitCount
        return lines[line].youngest.map { lines[line][$0] }
    }

    var oldest: Turn? {
        var found: Turn?
        forEachLine { line in
            let turn = oldest(in: line)
            if found.map({ turn.arrivedAt < $0.arrivedAt }) ?? true { found = turn }
        }
        return found
    }

    /// Work that waits and will be done before a newcomer of this rank.
    func workAhead(of rank: Rank) -> TimeSpan {
        var sum: Int64 = 0
        for line in 0...rank.number { sum += work[line] }
        return TimeSpan(nanoseconds: sum)
    }

    /// Planted (unfair-limiter): of this rank's, the one whose merchant comes last in the alphabet.
    func lastInAlphabet(of rank: Rank) -> Turn? {
        var last: Turn?
        lines[rank.number].forEachInLine { turn in
            if last.map({ turn.merchant > $0.merchant }) ?? true { last = turn }
        }
        return last
    }

    private func oldest(in line: Int) -> Turn { lines[line][lines[line].oldest!] }

    private func forEachLine(_ body: (Int) -> Void) {
        var rest = occupied
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }
}
