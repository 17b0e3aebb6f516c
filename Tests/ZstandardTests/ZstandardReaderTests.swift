import Synchronization
import Testing

@testable import Zstandard

@Suite struct ZstandardReaderTests {
    /// A frame by hand: what it asks to be remembered as a power of two, then blocks of one repeated byte.
    private static func frame(windowLog: UInt8 = 17, _ blocks: [(byte: UInt8, count: Int)]) -> [UInt8] {
        var bytes: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, (windowLog - 10) << 3]
        for (index, block) in blocks.enumerated() {
            let header = (index == blocks.count - 1 ? 1 : 0) | 1 << 1 | block.count << 3
            bytes += [UInt8(header & 0xff), UInt8(header >> 8 & 0xff), UInt8(header >> 16), block.byte]
        }
        return bytes
    }

    private static func reader(
        _ bytes: [UInt8], inPieces pieceBytes: Int = 3, limits: ZstandardReader.Limits = .init()
    ) -> ZstandardReader {
        let place = Mutex(0)
        return ZstandardReader(limits: limits) {
            place.withLock { place in
                guard place < bytes.count else { return nil }
                defer { place += pieceBytes }
                return Array(bytes[place..<min(place + pieceBytes, bytes.count)])
            }
        }
    }

    private static func whole(_ reader: ZstandardReader) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try reader.next() { bytes += piece }
        return bytes
    }

    private static let sample = frame([(7, 100_000), (8, 1), (9, 131_072)])
    private static let text =
        [UInt8](repeating: 7, count: 100_000) + [8] + [UInt8](repeating: 9, count: 131_072)

    @Test(arguments: [1, 2, 7, 1_000])
    func `however a stream is cut into pieces, its bytes are the same`(pieceBytes: Int) throws {
        #expect(try Self.whole(Self.reader(Self.sample, inPieces: pieceBytes)) == Self.text)
        #expect(
            try Self.whole(Self.reader(Self.sample + Self.sample, inPieces: pieceBytes)) == Self.text + Self.text)
    }

    @Test(arguments: [1, 1_000, 131_072, 1 << 20])
    func `no piece is longer than it may be`(limit: Int) throws {
        var limits = ZstandardReader.Limits()
        limits.pieceBytes = limit
        let reader = Self.reader(Self.frame([(7, 20_000)]), limits: limits)
        var count = 0
        while let piece = try reader.next() {
            #expect(!piece.isEmpty && piece.count <= limit)
            count += piece.count
        }
        #expect(count == 20_000)
    }

    @Test func `a stream that is cut anywhere is an error, again and again`() throws {
        for count in 0..<Self.sample.count {
            let reader = Self.reader(Array(Self.sample.prefix(count)))
            #expect(throws: ZstandardError.truncated) { try Self.whole(reader) }
            #expect(throws: ZstandardError.truncated) { try reader.next() }
        }
    }

    @Test func `what is no zstd stream is told in words`() throws {
        let error = #expect(throws: ZstandardError.self) {
            try Self.whole(Self.reader(Array(#"{"at": 1}"#.utf8)))
        }
        #expect(error?.description == "this is no sound zstd stream: Unknown frame descriptor")
        var damaged = Self.sample
        damaged[6] |= 3 << 1
        #expect(throws: ZstandardError.self) { try Self.whole(Self.reader(damaged)) }
    }

    @Test func `a frame cannot ask for more memory than it may have`() throws {
        let greedy = Self.frame(windowLog: 28, [(7, 10)])
        #expect(throws: ZstandardError.windowTooLarge) { try Self.whole(Self.reader(greedy)) }
        #expect(try Self.whole(Self.reader(Self.frame(windowLog: 27, [(7, 10)]))).count == 10)
    }

    @Test func `an error of the source is passed on`() throws {
        struct Torn: Error {}
        let reader = ZstandardReader { throw Torn() }
        #expect(throws: Torn.self) { try reader.next() }
    }
}
