package import Glibc

/// A folder of a test's own; it goes with all that is in it when nobody holds it any more.
///
/// A name is a path below the folder. One that begins with '/' stands for itself: tests also look at what they did not
/// make.
package final class TestFolder {
    package let path: String

    package struct Fault: Error, CustomStringConvertible {
        package let description: String

        init(_ operation: String, _ path: String) {
            description = unsafe "cannot \(operation) '\(path)': \(String(cString: strerror(errno)))"
        }
    }

    package init() throws(Fault) {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/spillway-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Fault("make a folder in", base) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// A link goes, and not what it leads to.
    private static func remove(_ place: String) {
        guard unsafe unlink(place) != 0 else { return }
        for name in names(in: place) { remove("\(place)/\(name)") }
        unsafe rmdir(place)
    }

    private func place(_ name: String) -> String { name.hasPrefix("/") ? name : "\(path)/\(name)" }

    // MARK: Looking

    package func has(_ name: String) -> Bool { unsafe access(place(name), F_OK) == 0 }

    /// In the order of their names; of the folder itself, or of one in it.
    package func names(in name: String = "") -> [String] { Self.names(in: place(name)).sorted() }

    /// Everything below a name and the name itself, folders before what they hold.
    package func below(_ name: String) -> [String] {
        [name] + names(in: name).flatMap { below(name.isEmpty ? $0 : "\(name)/\($0)") }
    }

    private static func names(in place: String) -> [String] {
        guard let folder = unsafe opendir(place) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Nil where there is nothing.
    package func mode(of name: String) -> mode_t? { status(name).map { $0.st_mode & 0o7777 } }

    package func size(of name: String) -> Int? { status(name).map { Int($0.st_size) } }

    private func status(_ name: String) -> stat? {
        var status = stat()
        return unsafe stat(place(name), &status) == 0 ? status : nil
    }

    /// Nothing where there is no file.
    package func bytes(of name: String) -> [UInt8] { Self.bytes(of: place(name)) }

    package func text(of name: String) -> String { String(decoding: bytes(of: name), as: UTF8.self) }

    package static func bytes(of file: String) -> [UInt8] {
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe read(descriptor, &piece, piece.count)
            if count <= 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    // MARK: Filling

    /// The file's whole content, and where it stands now.
    @discardableResult
    package func write(
        _ bytes: some Collection<UInt8>, as name: String, mode: mode_t = 0o600
    ) throws(Fault) -> String {
        try put(bytes, into: place(name), O_TRUNC, mode: mode, at: 0)
        return place(name)
    }

    @discardableResult
    package func write(_ text: String, as name: String, mode: mode_t = 0o600) throws(Fault) -> String {
        try write(text.utf8, as: name, mode: mode)
    }

    /// Over what stands there, from an offset on.
    package func overwrite(_ bytes: some Collection<UInt8>, in name: String, at offset: Int) throws(Fault) {
        try put(bytes, into: place(name), 0, mode: 0o600, at: offset)
    }

    /// Whatever the mask of the process takes away, the mode is the one that was asked for.
    private func put(
        _ bytes: some Collection<UInt8>, into file: String, _ flags: Int32, mode: mode_t, at offset: Int
    ) throws(Fault) {
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode)
        guard descriptor >= 0 else { throw Fault("write", file) }
        defer { close(descriptor) }
        let bytes = Array(bytes)
        guard unsafe pwrite(descriptor, bytes, bytes.count, offset) == bytes.count, fchmod(descriptor, mode) == 0 else {
            throw Fault("write", file)
        }
    }

    package func truncate(_ name: String, to count: Int) throws(Fault) {
        guard unsafe Glibc.truncate(place(name), count) == 0 else { throw Fault("cut", place(name)) }
    }

    package func makeFolder(_ name: String) throws(Fault) {
        guard unsafe mkdir(place(name), 0o700) == 0 else { throw Fault("make the folder", place(name)) }
    }

    package func link(_ name: String, to target: String) throws(Fault) {
        guard unsafe symlink(target, place(name)) == 0 else { throw Fault("link", place(name)) }
    }
}
