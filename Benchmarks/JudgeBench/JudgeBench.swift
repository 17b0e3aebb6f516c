import Diagnostics
import EventLoop
import Evidence
import Glibc
import PlanLanguage
import PlanModel
import Timebase
import Verdicts

/// How long it takes to read a run's record out of its evidence, and to judge it by a plan with many targets.
///
///     JudgeBench FOLDER PLAN
@main struct JudgeBench {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 3 else { return say("usage: JudgeBench FOLDER PLAN") }
        let loop = try EventLoop.live()
        let start = loop.now
        let record = try EvidenceDatabase.open("\(words[1])/\(EvidenceDatabase.fileName)", isTrusted: true).record()
        let read = loop.now
        let plan = Plan.parse(SourceText(name: words[2], text: text(words[2])), readsChannels: false) {
            SourceText(name: $0, text: "")
        }.plan
        let targets = plan?.targets ?? []
        let parsed = loop.now
        let judgements = Judge.judgements(of: record, targets: targets)
        let end = loop.now
        say(
            """
            {"slices": \(record.slices.count), "targets": \(targets.count), "judged": \(judgements.count), \
            "read_s": \((read - start).seconds), "judge_s": \((end - parsed).seconds), \
            "total_s": \((end - parsed + (read - start)).seconds)}
            """)
    }

    private static func say(_ words: String) { unsafe _ = puts(words) }

    private static func text(_ path: String) -> String {
        guard let file = unsafe fopen(path, "r") else { return "" }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
