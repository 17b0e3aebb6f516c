import Glibc

/// The files of reports, read by libraries that are not ours: scripts/lib/check_report.py. scripts/test sets it up.
package enum ReportCheck {
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    /// What is wrong with them, a line each; empty where nothing is.
    package static func faults(in folders: String...) -> String { faults(in: folders) }

    package static func faults(in folders: [String]) -> String {
        let places = folders.map { "'\($0)'" }.joined(separator: " ")
        let (python, program) = ("\(root)/.build/validators/bin/python", "\(root)/scripts/lib/check_report.py")
        guard unsafe access(python, X_OK) == 0 else { return "the validators are missing; scripts/test sets them up" }
        let (status, output) = said("'\(python)' '\(program)' '\(root)/schema' \(places) 2>&1")
        let words = output.split(separator: "\n").joined(separator: "\n")
        return status == 0 ? words : "exit code \(status)\n\(words)"
    }

    private static func said(_ command: String) -> (status: Int32, output: String) {
        guard let pipe = unsafe popen(command, "r") else { return (-1, "it cannot be started") }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = unsafe fread(&block, 1, block.count, pipe), count > 0 { bytes += block[..<count] }
        let status = unsafe pclose(pipe)
        return (status >> 8 & 0xFF, String(decoding: bytes, as: UTF8.self))
    }
}
