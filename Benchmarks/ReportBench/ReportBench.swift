import EventLoop
import Evidence
import Glibc
import Reporting
import Timebase

/// How long it takes to draw a stored run's page, what memory it takes beside the record, and how long each file of the report
/// takes. Series are added until there are as many as a plan may well ask for.
///
///     ReportBench FOLDER
@main struct ReportBench {
    private static let seriesMin = 20
    private static let repetitions = 5

    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 2 else { return say("usage: ReportBench FOLDER") }
        let loop = try EventLoop.live()
        var record = try EvidenceDatabase.open("\(words[1])/\(EvidenceDatabase.fileName)", isTrusted: true).record()
        for place in record.observed.count..<max(seriesMin, record.observed.count) {
            let values = record.slices.indices.map { Optional(Double(($0 &* 7_919 &+ place) % 10_007)) }
            record.observed.append(ObservedSeries(name: "series \(place)", every: record.sliceLength, values: values))
        }
        let report = Report(record, targets: [])
        let before = memory("VmRSS:")
        var seconds: [Double] = []
        var bytes = 0
        for _ in 0..<repetitions {
            let began = loop.now
            bytes = report.html.utf8.count
            seconds.append((loop.now - began).seconds)
        }
        let peak = memory("VmHWM:")
        let files = ReportFile.allCases.map { file in
            let began = loop.now
            _ = report.text(of: file).utf8.count
            return "\"\(file)_s\": \((loop.now - began).seconds)"
        }
        say(
            """
            {"slices": \(record.slices.count), "series": \(record.observed.count), "bytes": \(bytes), \
            "drawn_s": \(seconds), "before_kib": \(before), "peak_kib": \(peak), \
            \(files.joined(separator: ", "))}
            """)
    }

    /// KiB, by the kernel's own count.
    private static func memory(_ name: String) -> Int {
        guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
        return lines.first { $0.hasPrefix(name) }.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    private static func say(_ words: String) { unsafe _ = puts(words) }
}
