internal import EventLoop
internal import Glibc

/// What a source is read from.
package enum SourceInput: Sendable {
    case file(String)
    case memory([[UInt8]])

    func window() throws(SystemError) -> InputWindow {
        switch self {
        case .file(let path): InputWindow(try InputFile(path))
        case .memory(let pieces): InputWindow(pieces)
        }
    }
}

/// A regular file; a pipe would keep its reader waiting.
final class InputFile {
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

    /// Nothing at its end.
    func read(into bytes: inout [UInt8], from place: Int) throws(RowFault) -> Int {
        var count = -1
        repeat {
            count = unsafe bytes.withUnsafeMutableBytes { all in
                guard let base = all.baseAddress else { return 0 }
                return unsafe Glibc.read(descriptor, base + place, all.count - place)
            }
        } while count < 0 && errno == EINTR
        if count < 0 { throw RowFault("cannot \(SystemError("read '\(path)'"))") }
        return count
    }
}
