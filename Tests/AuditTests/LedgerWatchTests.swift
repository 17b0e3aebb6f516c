import Audit
import StackVocabulary
import Testing

/// What running sums find in lines that come little by little.
@Suite struct LedgerWatchTests {
    private static func id(_ number: UInt64) -> RecordID { RecordID(bits: number) }

    private static func lines(_ change: Int64, _ record: UInt64, _ moves: [(String, Int64)]) -> [LedgerWatch.Line] {
        moves.map {
            LedgerWatch.Line(change: change, record: id(record), account: $0.0, currency: "EUR", amount: $0.1)
        }
    }

    private static let captured = lines(1, 7, [("merchant:merchant-1", 700), ("channel:a", -700)])

    private static func found(
        _ looks: [[LedgerWatch.Line]], refunds: [(UInt64, Int64)] = [], recordsMax: Int = 100
    ) -> [String] {
        var watch = LedgerWatch(recordsMax: recordsMax)
        var found: [String] = []
        for (number, look) in looks.enumerated() {
            if number == 0 {
                for (id, amount) in refunds {
                    watch.take(refund: Self.id(id), of: Self.id(7), amount, hasFailed: false)
                }
            }
            for line in look { watch.take(line) }
            found += watch.look(isWhole: true).map { "\($0.check): \($0.words)" }
        }
        return found
    }

    @Test func `books that are in order give nothing`() {
        let refund = Self.lines(2, 9, [("merchant:merchant-1", -300), ("refunds", 300)])
        let done = Self.lines(3, 9, [("refunds", -300), ("channel:a", 300)])
        #expect(Self.found([Self.captured, refund, done, []], refunds: [(9, 300)]) == [])
    }

    @Test func `a change is judged when it is whole, and not before`() {
        var watch = LedgerWatch()
        watch.take(Self.captured[0])
        #expect(watch.look(isWhole: false).isEmpty)
        watch.take(Self.captured[1])
        #expect(watch.look(isWhole: true).isEmpty)
        watch.take(Self.lines(2, 8, [("channel:a", -5)])[0])
        #expect(watch.look(isWhole: true).map(\.words) == ["change 2 sums to -5 EUR"])
    }

    @Test func `each rule is broken by what it is made for`() {
        let again = Self.lines(2, 7, [("merchant:merchant-1", 700), ("channel:a", -700)])
        #expect(Self.found([Self.captured, again]) == ["M2: \(Self.id(7)) is credited twice, with 700 and 700"])
        let overdrawn = Self.lines(2, 8, [("merchant:merchant-1", -800), ("channel:a", 800)])
        #expect(
            Self.found([Self.captured + overdrawn]) == ["M1: merchant:merchant-1 holds -100 EUR behind change 2"])
        let others = Self.lines(2, 30, [("merchant:merchant-1", 700), ("channel:a", -700)])
        let held = Self.lines(3, 9, [("merchant:merchant-1", -400), ("refunds", 400)])
        let more = Self.lines(4, 10, [("merchant:merchant-1", -400), ("refunds", 400)])
        let both = Self.found([Self.captured + others + held + more, []], refunds: [(9, 400), (10, 400)])
        #expect(
            both == [
                "M5: 800 is set aside for refunds of \(Self.id(7)), of 700",
                "M5: 800 is promised in refunds of \(Self.id(7)), of 700",
            ])
        var watch = LedgerWatch()
        watch.take(approved: Self.id(7))
        watch.take(approved: Self.id(7))
        #expect(watch.look(isWhole: true).map(\.check) == ["M2"])
    }

    @Test func `a refund that failed makes room for another`() {
        let held = Self.lines(2, 9, [("merchant:merchant-1", -700), ("refunds", 700)])
        let failed = Self.lines(3, 9, [("merchant:merchant-1", 700), ("refunds", -700)])
        let again = Self.lines(4, 10, [("merchant:merchant-1", -700), ("refunds", 700)])
        #expect(Self.found([Self.captured + held + failed + again, [], []], refunds: [(9, 700), (10, 700)]) == [])
    }

    @Test func `what is forgotten is not judged, and memory has its bound`() {
        let many = (2...300).flatMap {
            Self.lines(Int64($0), UInt64($0) + 1_000, [("channel:a", -5), ("merchant:m", 5)])
        }
        let again = Self.lines(400, 7, [("merchant:merchant-1", 700), ("channel:a", -700)])
        #expect(Self.found([Self.captured + many + again], recordsMax: 100) == [])
        #expect(Self.found([Self.captured + many + again], recordsMax: 1_000).count == 1)
    }
}
