internal import Glibc

/// A part of a long text that moves on: only what is being looked at stands in memory.
///
///     bytes   [ taken | ahead ............ | room ]
///             0       start               end
struct InputWindow {
    /// A line or a record of more is none.
    static let recordBytesMax = 1 << 20
    private static let pieceBytes = 1 << 18

    private(set) var bytes: [UInt8]
    /// What is not taken yet.
    private(set) var start = 0
    private(set) var end: Int
    private let file: InputFile?
    /// What comes next of a text in memory.
    private var pieces: ArraySlice<[UInt8]> = []
    private var isAtEnd: Bool

    init(_ pieces: [[UInt8]]) {
        file = nil
        bytes = pieces.first ?? []
        end = bytes.count
        self.pieces = pieces.dropFirst()
        isAtEnd = false
    }

    init(_ file: InputFile) {
        self.file = file
        bytes = [UInt8](repeating: 0, count: Self.pieceBytes)
        end = 0
        isAtEnd = false
    }

    var ahead: Int { end - start }

    mutating func take(_ count: Int) {
        start += count
    }

    /// Where a byte stands ahead, before `limit` where there is one, or nil. Places are counted from `start`.
    func offset(of byte: UInt8, from offset: Int = 0, before limit: Int? = nil) -> Int? {
        let (from, count) = (start + offset, (limit ?? ahead) - offset)
        return unsafe bytes.withUnsafeBytes { all in
            guard count > 0, let base = all.baseAddress else { return nil }
            return unsafe memchr(base + from, Int32(byte), count).map { unsafe UnsafeRawPointer($0) - base - start }
        }
    }

    /// Brings more of it ahead; false at its end.
    mutating func more() throws(RowFault) -> Bool {
        guard !isAtEnd else { return false }
        guard let file else { return morePieces() }
        if start > 0 { moveToFront() }
        if end == bytes.count { bytes.append(contentsOf: [UInt8](repeating: 0, count: bytes.count)) }
        let count = try file.read(into: &bytes, from: end)
        end += count
        isAtEnd = count == 0
        return count > 0
    }

    private mutating func morePieces() -> Bool {
        guard let piece = pieces.popFirst() else {
            isAtEnd = true
            return false
        }
        bytes.replaceSubrange(0..<start, with: [])
        bytes.append(contentsOf: piece)
        (start, end) = (0, bytes.count)
        return true
    }

    private mutating func moveToFront() {
        let count = ahead
        unsafe bytes.withUnsafeMutableBytes { all in
            guard let base = all.baseAddress else { return }
            unsafe _ = memmove(base, base + start, count)
        }
        (start, end) = (0, count)
    }
}
