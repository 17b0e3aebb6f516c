import EventLoop
import Evidence
import Glibc

/// Where what is fetched goes, piece by piece: a file that is its owner's alone, or memory in simulation.
final class EvidenceSink {
    private let path: String?
    private let descriptor: Int32
    /// Blocks: growing one array of all of it would copy it again and again, and what an answer comes in are small pieces in
    /// large rooms.
    private(set) var pieces: [[UInt8]] = []
    /// What came last, up to `tailBytesMax`.
    private(set) var tail: [UInt8] = []

    static let tailBytesMax = 512
    static let blockBytesMax = 1 << 20

    /// - Parameter path: of a new file; nil for memory.
    init(_ path: String?) throws(SystemError) {
        self.path = path
        guard let path else {
            descriptor = -1
            return
        }
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { throw SystemError("create '\(path)'") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    var place: CollectedEvidence.Place { path.map { .file($0) } ?? .memory(pieces) }

    /// All of it in one, of what is short.
    var bytes: [UInt8] {
        if pieces.count == 1 { return pieces[0] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
        for piece in pieces { bytes += piece }
        return bytes
    }

    func write(_ piece: [UInt8]) throws(SystemError) {
        tail = Array((tail + piece.suffix(Self.tailBytesMax)).suffix(Self.tailBytesMax))
        guard let path else {
            keep(piece)
            return
        }
        var rest = piece[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("write '\(path)'") }
            rest = rest.dropFirst(count)
        }
    }

    /// What is short grows as it comes; from the second block on each has its room at once.
    private func keep(_ piece: [UInt8]) {
        var rest = piece[...]
        while !rest.isEmpty {
            if (pieces.last?.count ?? Self.blockBytesMax) == Self.blockBytesMax { beginBlock() }
            let last = pieces.count - 1
            let part = rest.prefix(Self.blockBytesMax - pieces[last].count)
            pieces[last].append(contentsOf: part)
            rest = rest.dropFirst(part.count)
        }
    }

    private func beginBlock() {
        pieces.append([])
        if pieces.count > 1 { pieces[pieces.count - 1].reserveCapacity(Self.blockBytesMax) }
    }
}
