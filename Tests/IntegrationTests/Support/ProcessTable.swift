import Glibc
import TestFolders

/// What the machine says of other processes.
enum ProcessTable {
    /// Processes whose parent is this one.
    static func children(of parent: pid_t) -> [pid_t] {
        (try? TestFolder())?.names(in: "/proc").compactMap { pid_t($0) }.filter { number in
            let words = String(decoding: TestFolder.bytes(of: "/proc/\(number)/stat"), as: UTF8.self)
            // The name stands in brackets, and may hold anything.
            let fields = words.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && pid_t(fields[1]) == parent
        } ?? []
    }

    /// What it was started with.
    static func words(of number: pid_t) -> [String] {
        TestFolder.bytes(of: "/proc/\(number)/cmdline").split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    static func isAlive(_ number: pid_t) -> Bool {
        let words = String(decoding: TestFolder.bytes(of: "/proc/\(number)/stat"), as: UTF8.self)
        // Nobody may be there to bury it.
        return !words.isEmpty && !words.contains(") Z ")
    }
}
