import Glibc

/// A file that holds a secret: only its owner may read it.
///
/// The permission is looked at on the opened file, so that what was checked is what is read.
public struct SecretFile: Sendable {
    public static let bytesMax = 64 * 1024

    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// All of it. A file that others may read, or write, has given its secret away already.
    public func read() throws(SecretFileError) -> Secret {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(.system(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(.system(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure(.noFile) }
        guard status.st_mode & 0o077 == 0 else { throw failure(.openToOthers(mode: status.st_mode & 0o777)) }
        return Secret(try contents(of: descriptor))
    }

    private func contents(of descriptor: Int32) throws(SecretFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(.system(errno)) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= Self.bytesMax else { throw failure(.tooLarge) }
        }
    }

    private func failure(_ cause: SecretFileError.Cause) -> SecretFileError {
        SecretFileError(path: path, cause: cause)
    }
}

/// A secret that could not be read from its file.
public struct SecretFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Cause: Sendable, Hashable {
        case system(Int32)
        case noFile
        case openToOthers(mode: UInt32)
        case tooLarge
    }

    public let path: String
    public let cause: Cause

    public var description: String {
        switch cause {
        case .system(let code): "cannot read '\(path)': \(systemErrorText(code))"
        case .noFile: "'\(path)' is no regular file"
        case .openToOthers(let mode): "'\(path)' is open to others (mode 0\(String(mode, radix: 8)))"
        case .tooLarge: "'\(path)' is larger than \(SecretFile.bytesMax) bytes"
        }
    }

    public var fix: String? {
        if case .openToOthers = cause {
            "run 'chmod 600 \(path)', and replace the secret if others have seen it"
        } else {
            nil
        }
    }
}
