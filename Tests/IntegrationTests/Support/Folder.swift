import Glibc
import Testing

/// A folder that goes with the test.
final class Folder {
    let path: String

    init() throws {
        var name = Array("/tmp/spillway-integration-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&name) != nil)
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() {
        for place in below("").reversed() { unsafe Glibc.remove("\(path)/\(place)") }
    }

    /// Everything in it, folders before what they hold.
    func below(_ name: String) -> [String] {
        guard let folder = unsafe opendir("\(path)/\(name)") else { return [name] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return [name] + names.sorted().flatMap { below(name.isEmpty ? $0 : "\(name)/\($0)") }
    }

    @discardableResult
    func write(_ bytes: some Collection<UInt8>, as name: String) throws -> String {
        let place = "\(path)/\(name)"
        let file = unsafe open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(file) }
        let bytes = Array(bytes)
        let count = unsafe Glibc.write(file, bytes, bytes.count)
        try #require(count == bytes.count)
        return place
    }

    func text(of name: String) -> String {
        let file = unsafe open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = max(unsafe read(file, &bytes, bytes.count), 0)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
