import Glibc
import Synchronization

/// Folders of this process's tests, one for each use.
enum TestFolder {
    private static let count = Atomic<Int>(0)
    static let root: String = "/tmp/spillway-drill-tests-\(getpid())"

    static func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
