import EventLoop
import Synchronization
import Timebase

/// Goal: a replay's loop does not wait for the disk, nor for a decoder, in the middle of a run.
///
/// Method: a thread beside the loop reads pieces until so many bytes are held, and is started again before fewer are left
/// than the longest line has. Who takes faster than the thread reads, reads in place, in order, and is counted. In
/// simulation there is no other thread, and all of it happens at one instant.
final class ReadAhead {
    static let bytesMax = 12 << 20
    static let bytesMin = 8 << 20
    /// Enough to begin with.
    static let firstBytes = 1 << 20
    /// A disk that gives nothing for so long is broken.
    static let patience = TimeSpan.seconds(10)

    struct Stalled: Error, CustomStringConvertible {
        var description: String { "nothing could be read for \(ReadAhead.patience)" }
    }

    private let loop: EventLoop
    private let shelf: Shelf
    private var refill: SpawnedTask?
    private var isRefilling = false
    private var isStalled = false
    /// Pieces that the loop had to read by itself.
    private(set) var readsInPlace = 0

    init(_ pieces: @escaping RecordingInput.Pieces, on loop: EventLoop) {
        self.loop = loop
        shelf = Shelf(pieces)
    }

    var bytesHeld: Int { shelf.bytesHeld }

    /// Returns when there is something to begin with.
    func begin() async { await fill(to: Self.firstBytes) }

    func next() throws -> [UInt8]? {
        defer { if shelf.bytesHeld < Self.bytesMin, !shelf.isEnded, !isRefilling, !isStalled { startRefill() } }
        if let piece = shelf.take() { return try piece.get() }
        if isStalled { throw Stalled() }
        if shelf.isEnded { return nil }
        readsInPlace += 1
        return try shelf.takeOrRead()?.get()
    }

    /// Until nothing of it runs on the loop.
    func settle() async {
        if let refill { await refill.join() }
    }

    private func startRefill() {
        isRefilling = true
        refill = loop.spawn { [self] in
            await fill(to: Self.bytesMax)
            isRefilling = false
        }
    }

    private func fill(to bytes: Int) async {
        let shelf = shelf
        do throws(OffloadError) {
            try await loop.offload("recording", until: loop.now + Self.patience) { shelf.fill(to: bytes) }
        } catch {
            // Without a thread each piece is read in place.
            isStalled = error == .timedOut
        }
    }
}

/// What was read and not taken. One thread reads at a time, and who only takes does not wait for it.
private final class Shelf: Sendable {
    private struct Held {
        var pieces: [Result<[UInt8], any Error>] = []
        var bytes = 0
        var isEnded = false
    }

    private let source: RecordingInput.Pieces
    private let reading = Mutex(())
    private let held = Mutex(Held())

    init(_ source: @escaping RecordingInput.Pieces) {
        self.source = source
    }

    var bytesHeld: Int { held.withLock { $0.bytes } }
    /// Nothing is to be read any more.
    var isEnded: Bool { held.withLock { $0.isEnded } }

    func fill(to bytes: Int) {
        while bytesHeld < bytes, !isEnded { reading.withLock { _ in readOne() } }
    }

    func take() -> Result<[UInt8], any Error>? {
        held.withLock { held in
            guard !held.pieces.isEmpty else { return nil }
            let piece = held.pieces.removeFirst()
            if case .success(let bytes) = piece { held.bytes -= bytes.count }
            return piece
        }
    }

    func takeOrRead() -> Result<[UInt8], any Error>? {
        reading.withLock { _ in
            if let piece = take() { return piece }
            readOne()
            return take()
        }
    }

    /// By whoever holds `reading`. An error is the last that is read.
    private func readOne() {
        guard !isEnded else { return }
        let piece = Result { try source() }
        held.withLock { held in
            switch piece {
            case .success(let bytes?):
                held.pieces.append(.success(bytes))
                held.bytes += bytes.count
            case .success(nil): held.isEnded = true
            case .failure(let error):
                held.pieces.append(.failure(error))
                held.isEnded = true
            }
        }
    }
}
