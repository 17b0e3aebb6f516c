import SeededRandom
import Testing

@testable import Drill

@Suite struct EvidenceSinkTests {
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `what is kept in memory stands in whole blocks, whatever the pieces it came in`(_ seed: UInt64) throws {
        var random = Seed(seed).stream()
        let sink = try EvidenceSink(nil)
        var all: [UInt8] = []
        while all.count < 5 << 19 {
            let piece = (0..<random.below(200_000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            try sink.write(piece)
            all += piece
        }
        let block = EvidenceSink.blockBytesMax
        #expect(sink.pieces.dropLast().allSatisfy { $0.count == block }, "seed \(seed)")
        #expect(sink.pieces.count == (all.count + block - 1) / block)
        #expect(sink.bytes == all && sink.tail == all.suffix(EvidenceSink.tailBytesMax))
    }

    @Test func `nothing is nothing`() throws {
        let sink = try EvidenceSink(nil)
        try sink.write([])
        #expect(sink.pieces.isEmpty && sink.bytes.isEmpty && sink.tail.isEmpty)
    }
}
