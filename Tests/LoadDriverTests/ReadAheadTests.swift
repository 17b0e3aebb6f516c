import EventLoop
import Evidence
import HTTPService
import Synchronization
import Testing
import Timebase
import Traffic
import Zstandard

@testable import LoadDriver

extension RecordingInput {
    /// Bytes of a test, in pieces of this length.
    init(path: String, bytes: [UInt8], pieceBytes: Int = 1 << 16) {
        self.init(path: path) {
            let place = Mutex(0)
            return {
                place.withLock { place in
                    guard place < bytes.count else { return nil }
                    let piece = bytes[place..<min(place + pieceBytes, bytes.count)]
                    place = piece.endIndex
                    return Array(piece)
                }
            }
        }
    }
}

@Suite struct ReadAheadTests {
    /// Forty requests, a tenth of a second apart, by `zstd -19 --check`.
    private static let compressed: [UInt8] = {
        let digits = [
            "28b52ffd649a0f6d0800424d281950d7035becefa28f2ee4ffe8b5c91552cab450857154d9841e39637caf9db6564ae7",
            "9c71c29fef2ea78c3367fcf85e6b6ba54fe7fcf7f7f8f265fc9c31bed7baad95d2e933fafbbb4b97d173c6f85e6b6ba5",
            "74cefff6c26807bebe280a921a12dd3d97d330f87ac3a0a921d11687084cc3a01fead2aea33d48b496414f03490d8396",
            "433634247a83a2acd91a06bd2848d290e8e79236a86a18c82821d15bd35e52a81100abd9ff1a03909714e61268107010",
            "44086e08fe93acc20ee30759824c0f491746c6770a25c58aeb007959b898f02ebd00a9e24b442b034c91a2deb1953c79",
            "5892b2ad322cd67c1579beb01200de945d3ec9074a2597cca1552e7f0317fcc5899ba9020fb055986439ab",
        ].joined()
        let bytes = Array(digits.utf8)
        return stride(from: 0, to: bytes.count, by: 2).compactMap {
            UInt8(String(decoding: bytes[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }()

    private static func recording(_ bytes: [UInt8]) -> RecordingInput {
        let input = RecordingInput(path: "friday.ndjson.zst", bytes: bytes, pieceBytes: 7)
        return RecordingInput(path: input.path) {
            let reader = ZstandardReader(input.pieces())
            return { try reader.next() }
        }
    }

    private static let plan = Rig.plan("  - replay: {file: friday.ndjson.zst, speed: 2x}")

    @Test func `a compressed recording is played like the text that it holds`() throws {
        let rig = try Rig(Self.plan)
        rig.recordings = [Self.recording(Self.compressed)]
        let profile = try RecordingProfile(Replay(rig.recordings[0].recording()))
        var targets: [String] = []
        let record = try rig.run([rig.recordings[0].path: profile]) { exchange, _, _ in
            targets.append(exchange.target)
            exchange.respond(200)
        }
        #expect(targets == (0..<40).map { "/r/\($0)" } && record.ending == .completed)
        let instants = rig.evidence.recordsInMemory.map(\.intent.intendedAt.nanoseconds)
        #expect(instants == (0..<40).map { Int64($0) * 50_000_000 })
    }

    @Test func `a compressed recording that is cut ends the run with words`() throws {
        let rig = try Rig(Self.plan)
        let profile = try RecordingProfile(Replay(Self.recording(Self.compressed).recording()))
        rig.recordings = [Self.recording(Self.compressed.dropLast(20))]
        let record = try rig.run([rig.recordings[0].path: profile]) { exchange, _, _ in exchange.respond(200) }
        guard case .failed(_, let reason) = record.ending else {
            Issue.record("\(record.ending)")
            return
        }
        #expect(
            reason
                == "the recording 'friday.ndjson.zst' cannot be read on: the zstd stream ends in the middle")
    }

    private static let pieces = 40

    /// Pieces of a mebibyte, each full of its number.
    private static func source() -> RecordingInput.Pieces {
        let count = Mutex(0)
        return {
            count.withLock { count in
                guard count < pieces else { return nil }
                count += 1
                return [UInt8](repeating: UInt8(count), count: 1 << 20)
            }
        }
    }

    @Test(arguments: [false, true])
    func `who takes no faster than a thread reads, reads nothing in place`(isLive: Bool) throws {
        let loop = isLive ? try EventLoop.live() : .simulated(seed: 1)
        try loop.run { () async throws in
            let ahead = ReadAhead(Self.source(), on: loop)
            await ahead.begin()
            var numbers: [UInt8] = []
            while let piece = try ahead.next() {
                numbers.append(piece[0])
                #expect(ahead.bytesHeld < ReadAhead.bytesMax + 1 << 20)
                await ahead.settle()
            }
            #expect(numbers == (1...UInt8(Self.pieces)).map(\.self))
            #expect(ahead.readsInPlace == 0)
        }
    }

    @Test func `who takes faster gets everything in order all the same`() throws {
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let ahead = ReadAhead(Self.source(), on: loop)
            var numbers: [UInt8] = []
            while let piece = try ahead.next() { numbers.append(piece[0]) }
            await ahead.settle()
            #expect(numbers == (1...UInt8(Self.pieces)).map(\.self))
            #expect(ahead.readsInPlace > 0)
        }
    }

    @Test func `an error comes behind what was read before it`() throws {
        struct Torn: Error {}
        let loop = EventLoop.simulated(seed: 1)
        try loop.run { () async throws in
            let source = Self.source()
            let ahead = ReadAhead(
                { if let piece = try source(), piece[0] < 5 { piece } else { throw Torn() } }, on: loop)
            await ahead.begin()
            for number in 1..<5 { #expect(try ahead.next()?[0] == UInt8(number)) }
            #expect(throws: Torn.self) { try ahead.next() }
            await ahead.settle()
        }
    }
}
