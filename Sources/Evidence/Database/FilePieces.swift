internal import Glibc

/// A file from its beginning to its end, in pieces.
struct FilePieces: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var piece: [UInt8]

    private static let pieceBytes = 1 << 18

    init(_ path: String) throws(EvidenceError) {
        // A named pipe must not keep the program waiting.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw EvidenceError("open", path) }
        self.path = path
        self.descriptor = descriptor
        piece = [UInt8](repeating: 0, count: Self.pieceBytes)
    }

    deinit { close(descriptor) }

    /// Nil at the end.
    mutating func next() throws(EvidenceError) -> [UInt8]? {
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw EvidenceError("read", path) }
            return count == 0 ? nil : Array(piece[..<count])
        }
    }
}

extension CollectedEvidence.Place {
    /// From its beginning to its end.
    func read(_ take: ([UInt8]) throws -> Void) throws {
        switch self {
        case .memory(let pieces): for piece in pieces { try take(piece) }
        case .file(let path):
            var file = try FilePieces(path)
            while let piece = try file.next() { try take(piece) }
        }
    }
}
