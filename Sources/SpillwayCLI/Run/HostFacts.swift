import Diagnostics
import Evidence
import Glibc
import JSON

/// What a run does not depend on and a reader of its report may want to know: the machine, and when it was. It has a
/// file of its own, environment.json, so that report.json is the same on any machine.
struct HostFacts: Equatable {
    var version: String
    var world: RunWorld
    var began: WallTime
    var ended: WallTime
    var host: String
    var kernel: String
    var architecture: String
    var processor: String?
    var cores: Int
    var memoryBytes: Int?
    /// Of the minute before the run.
    var load: Double?

    init(_ world: RunWorld, began: WallTime, ended: WallTime) {
        var names = utsname()
        unsafe uname(&names)
        version = SpillwayCLI.version
        self.world = world
        (self.began, self.ended) = (began, ended)
        host = Self.text(names.nodename)
        kernel = Self.text(names.sysname) + " " + Self.text(names.release)
        architecture = Self.text(names.machine)
        processor = Self.line(of: "/proc/cpuinfo", "model name")
        cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        memoryBytes = pages > 0 ? pages * sysconf(Int32(_SC_PAGESIZE)) : nil
        load = Self.load
    }

    private static var load: Double? {
        var averages = [0.0]
        return unsafe getloadavg(&averages, 1) == 1 ? averages[0] : nil
    }

    /// The kernel's names are arrays that a zero ends.
    private static func text<Characters>(_ characters: Characters) -> String {
        unsafe withUnsafeBytes(of: characters) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// What stands behind the first `name:` of a small file.
    private static func line(of path: String, _ name: String) -> String? {
        guard let text = try? PlanFile(path).text() else { return nil }
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix(name) }), let colon = line.firstIndex(of: ":") else {
            return nil
        }
        return String(line[line.index(after: colon)...].drop { $0 == " " })
    }

    var json: JSONValue {
        .object([
            ("spillway", .text(version)), ("world", .text(world.rawValue)), ("began", .text(began.text)),
            ("ended", .text(ended.text)),
            ("host", .text(host)), ("kernel", .text(kernel)), ("architecture", .text(architecture)),
            ("processor", .optional(processor)), ("cores", .count(cores)),
            ("memory_bytes", memoryBytes.map { .count($0) } ?? .null), ("load_1min", load.map { .number($0) } ?? .null),
        ])
    }
}
