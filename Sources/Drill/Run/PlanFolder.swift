import EventLoop
import Glibc
import LoadDriver
import Traffic

/// The files that a plan names, beside it.
struct PlanFolder: Sendable {
    struct Unreadable: Error {
        let reason: String
    }

    /// Of a file that is held in memory.
    static let bytesMax = 256 << 20
    private static let pieceBytes = 1 << 16

    private let folder: String

    init(_ folder: String) {
        self.folder = folder
    }

    private func place(_ path: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
    }

    func bytes(of path: String) throws(Unreadable) -> [UInt8] {
        let file = try OpenFile(place(path))
        var bytes: [UInt8] = []
        while let piece = try file.next(Self.pieceBytes) {
            bytes += piece
            guard bytes.count <= Self.bytesMax else {
                throw Unreadable(reason: "it has more than \(Self.bytesMax) bytes")
            }
        }
        return bytes
    }

    /// Opened with each reading, so that a file that went away meanwhile is an error of that reading.
    func recording(_ path: String) -> RecordingInput {
        let place = place(path)
        return RecordingInput(path: path) {
            let file = Result { () throws(Unreadable) in try OpenFile(place) }
            return { try file.get().next(Self.pieceBytes) }
        }
    }

    private final class OpenFile: Sendable {
        private let descriptor: Int32

        init(_ path: String) throws(Unreadable) {
            descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            if descriptor < 0 { throw Unreadable(reason: SystemError("open '\(path)'").description) }
        }

        deinit { close(descriptor) }

        /// Nil at the end.
        func next(_ count: Int) throws(Unreadable) -> [UInt8]? {
            var buffer = [UInt8](repeating: 0, count: count)
            var read = -1
            repeat { read = unsafe Glibc.read(descriptor, &buffer, count) } while read < 0 && errno == EINTR
            if read < 0 { throw Unreadable(reason: SystemError("read").description) }
            return read == 0 ? nil : Array(buffer[..<read])
        }
    }
}
