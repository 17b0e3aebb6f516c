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

    private static func remove(_ path: String) {
        if let directory = unsafe opendir(path) {
            while let entry = unsafe readdir(directory) {
                let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            unsafe _ = closedir(directory)
        }
        unsafe _ = Glibc.remove(path)
    }
}
