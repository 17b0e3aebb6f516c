import Evidence
import Glibc
import Timebase

/// A folder of its own for a test, removed at its end.
final class EvidenceFolder {
    let path: String

    init() {
        var template = Array("\(Self.base)/spillway-evidence-XXXXXX".utf8CString)
        let made: String? = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, unsafe mkdtemp(start) != nil else { return nil }
            return unsafe String(cString: start)
        }
        path = made ?? ""
        precondition(!path.isEmpty, "no temporary folder: errno \(errno)")
    }

    deinit {
        for name in names { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }

    private static var base: String {
        unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    }

    var names: [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            names.append(
                unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    func size(of name: String) -> Int {
        var status = stat()
        return unsafe stat("\(path)/\(name)", &status) == 0 ? Int(status.st_size) : -1
    }

    func mode(of name: String) -> mode_t {
        var status = stat()
        return unsafe stat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o777 : 0
    }

    func truncate(_ name: String, to count: Int) {
        precondition(unsafe Glibc.truncate("\(path)/\(name)", count) == 0, "errno \(errno)")
    }

    /// Puts bytes into a file from an offset on.
    func write(_ bytes: [UInt8], to name: String, at offset: Int = 0) {
        let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        precondition(unsafe pwrite(descriptor, bytes, bytes.count, offset) == bytes.count, "errno \(errno)")
    }

    func bytes(of name: String) -> [UInt8] { Self.bytes(ofFile: "\(path)/\(name)") }

    static func bytes(ofFile path: String) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &piece, piece.count)
            if count <= 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    func read() throws(EvidenceError) -> (records: [EvidenceRecord], tally: EvidenceTally) {
        var reader = try EvidenceReader(folder: path)
        var records: [EvidenceRecord] = []
        while let record = try reader.next() { records.append(record) }
        return (records, reader.tally)
    }

    func readJournal() throws(EvidenceError) -> (entries: [ChannelEntry], tally: EvidenceTally) {
        var reader = try ChannelJournalReader(folder: path)
        return (try reader.rest(), reader.tally)
    }

    /// The numbers of the folder's segments in this process's mappings.
    var mapped: [Int] {
        String(decoding: Self.bytes(ofFile: "/proc/self/maps"), as: UTF8.self)
            .split(separator: "\n").filter { $0.contains("\(path)/") }
            .compactMap { Int($0.split(separator: ".").dropLast().last ?? "") }.sorted()
    }
}

extension ChannelJournalReader {
    mutating func rest() throws(EvidenceError) -> [ChannelEntry] {
        var entries: [ChannelEntry] = []
        while let entry = try next() { entries.append(entry) }
        return entries
    }
}

extension Intent {
    /// One that tells its number in every field.
    static func numbered(_ number: Int) -> Intent {
        Intent(
            step: UInt16(number % 1_000), attempt: UInt8(1 + number % 3), flags: number % 2 == 0 ? [] : .isDuplicate,
            arrival: UInt64(number), intendedAt: .microseconds(Int64(number)),
            sentAt: .microseconds(Int64(number) + 5), key: UInt128(number) << 64 | 7, amount: Int64(number) * -100)
    }
}

extension EvidenceRecord.Ending {
    static func ok(_ number: Int) -> EvidenceRecord.Ending {
        EvidenceRecord.Ending(outcome: .ok, status: 200, completedAt: .milliseconds(Int64(number)))
    }
}
