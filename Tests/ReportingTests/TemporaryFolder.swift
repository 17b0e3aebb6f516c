import Glibc

/// Gone with the last reference to it.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/spillway-reporting-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { template in
            unsafe template.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { throw Failure(code: errno) }
        path = made
    }

    struct Failure: Error {
        let code: Int32
    }

    deinit { Self.remove(path) }

    func mode(of file: String) -> mode_t {
        var status = stat()
        return unsafe stat(file, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    func size(of file: String) -> Int {
        var status = stat()
        return unsafe stat(file, &status) == 0 ? status.st_size : -1
    }

    /// In the order of their names.
    func files(in folder: String) -> [String] { Self.names(in: folder).sorted() }

    func put(_ text: String, as name: String) throws {
        let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { _ = close(descriptor) }
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw Failure(code: errno) }
    }

    func makeFolder(_ name: String) throws {
        guard unsafe mkdir("\(path)/\(name)", 0o700) == 0 else { throw Failure(code: errno) }
    }

    func link(_ name: String, to place: String) throws {
        guard unsafe symlink(place, "\(path)/\(name)") == 0 else { throw Failure(code: errno) }
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe _ = closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func remove(_ path: String) {
        for name in names(in: path) { remove(path + "/" + name) }
        unsafe _ = Glibc.remove(path)
    }
}
