internal import EventLoop
internal import Glibc

/// What a source is read from.
package enum SourceInput: Sendable {
    case file(String)
    case bytes([UInt8])
}

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
    private var isAtEnd: Bool

    init(_ input: SourceInput) throws(SystemError) {
        switch input {
        case .file(let path):
            file = try InputFile(path)
            bytes = [UInt8](repeating: 0, count: Self.pieceBytes)
            end = 0
            isAtEnd = false
        case .bytes(let bytes):
            file = nil
            self.bytes = bytes
            end = bytes.count
            isAtEnd = true
        }
    }

    var ahead: Int { end - start }

    mutating func take(_ count: Int) {
        start += count
    }

    /// Where a byte stands ahead, counted from `start`, or nil.
    func offset(of byte: UInt8, from offset: Int = 0) -> Int? {
        let (from, count) = (start + offset, ahead - offset)
        return unsafe bytes.withUnsafeBytes { all in
            guard count > 0, let base = all.baseAddress else { return nil }
            return unsafe memchr(base + from, Int32(byte), count).map { unsafe UnsafeRawPointer($0) - base - start }
        }
    }

    /// Brings more of it ahead; false at its end.
    mutating func more() throws(SystemError) -> Bool {
        guard !isAtEnd, let file else { return false }
        if start > 0 { moveToFront() }
        if end == bytes.count { bytes.append(contentsOf: [UInt8](repeating: 0, count: bytes.count)) }
        let count = try file.read(into: &bytes, from: end)
        end += count
        isAtEnd = count == 0
        return count > 0
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

/// A regular file; a pipe would keep its reader waiting.
private final class InputFile {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(SystemError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError("open '\(path)'") }
        var status = stat()
        let isRegular = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        self.path = path
        self.descriptor = descriptor
        // Whoever throws from here on has it closed by `deinit`.
        if !isRegular { throw SystemError("read '\(path)', which is no regular file", EINVAL) }
    }

    deinit { close(descriptor) }

    func read(into bytes: inout [UInt8], from place: Int) throws(SystemError) -> Int {
        var count = -1
        repeat {
            count = unsafe bytes.withUnsafeMutableBytes { all in
                guard let base = all.baseAddress else { return 0 }
                return unsafe Glibc.read(descriptor, base + place, all.count - place)
            }
        } while count < 0 && errno == EINTR
        if count < 0 { throw SystemError("read '\(path)'") }
        return count
    }
}
