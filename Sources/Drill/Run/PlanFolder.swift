import EventLoop
import Glibc
package import LoadDriver
import Traffic
import Zstandard

/// The files that a plan names, beside it.
package struct PlanFolder: Sendable {
    struct Unreadable: Error, CustomStringConvertible {
        let reason: String

        var description: String { reason }
    }

    /// Of a file that is held in memory.
    static let bytesMax = 256 << 20
    private static let pieceBytes = 1 << 16

    private let folder: String

    package init(_ folder: String) {
        self.folder = folder
    }

    func place(_ path: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : folder + (folder.hasSuffix("/") ? "" : "/") + path
    }

    /// Whether something has this path.
    static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

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

    /// Opened with each reading, so that a file that went away meanwhile is an error of that reading. One that is called
    /// `.zst` is decompressed.
    package func recording(_ path: String) -> RecordingInput {
        let place = place(path)
        return RecordingInput(path: path) {
            let file = Result { () throws(Unreadable) in try OpenFile(place) }
            let bytes: RecordingInput.Pieces = { try file.get().next(Self.pieceBytes) }
            guard path.hasSuffix(".zst") else { return bytes }
            let reader = ZstandardReader(bytes)
            return { try reader.next() }
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
