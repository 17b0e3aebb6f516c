import Diagnostics
import EventLoop
import Glibc
import Peers
import PlanModel
import PlanValues
import Reporting

extension Preflight {
    // MARK: The report's folder

    /// Beside the evidence: reports, and room for others.
    private static let spare: Int64 = 64 << 20

    func folder() async -> [PreflightCheck] {
        guard let path = surroundings.outFolder else {
            return [PreflightCheck("report folder", .passed, "nothing is left behind")]
        }
        let folder = ReportFolder(path)
        let estimate = traffic.map { EvidenceEstimate(plan, traffic: $0, recordings: recordings) }
        let needed = estimate.map { $0.bytes + Self.spare }
        return await lookedAt("report folder") {
            do throws(ReportingError) {
                try folder.make()
                try folder.probe()
                let free = try folder.freeBytes()
                return Self.folderFound(folder) + [Self.diskSpace(needed: needed, free: free, in: folder.path)]
            } catch {
                return [PreflightCheck("report folder", .failed, "\(error)", fix: "name another folder with '--out'")]
            }
        }
    }

    private static func folderFound(_ folder: ReportFolder) -> [PreflightCheck] {
        let fix = "name another folder with '--out' to keep "
        if folder.holdsReport {
            let words = "'\(folder.path)' holds a report, which this run replaces" + Self.older(folder.evidence, "; ")
            return [PreflightCheck("report folder", .warned, words, fix: fix + "it")]
        }
        if !folder.evidence.isEmpty {
            let words = "'\(folder.path)' holds no report" + Self.older(folder.evidence, "; ")
            return [PreflightCheck("report folder", .warned, words, fix: fix + "them apart")]
        }
        return [PreflightCheck("report folder", .passed, "'\(folder.path)' can be written")]
    }

    /// Evidence is never written over or thrown away.
    private static func older(_ evidence: [String], _ words: String) -> String {
        guard let last = evidence.last else { return "" }
        let others = evidence.count > 1 ? " and \(evidence.count - 1) more" : ""
        return words + "evidence of an older run stays in '\(last)'" + others
    }

    static func diskSpace(needed: Int64?, free: Int64, in path: String) -> PreflightCheck {
        guard let needed else {
            return PreflightCheck("disk space", .notObserved, "how much the traffic would take: it cannot be planned")
        }
        let mebi: Int64 = 1 << 20
        let wanted = ByteSize(bytes: (needed + mebi - 1) / mebi * mebi)
        let room = ByteSize(bytes: free / mebi * mebi)
        if needed <= free { return PreflightCheck("disk space", .passed, "up to \(wanted) wanted, \(room) free") }
        return PreflightCheck(
            "disk space", .failed, "the evidence may take \(wanted), and the disk of '\(path)' has \(room) free",
            fix: "make room, or name a folder of another disk with '--out'")
    }

    // MARK: The plan's files

    func files() async -> [PreflightCheck] {
        var checks: [PreflightCheck] = []
        for file in namedFiles {
            let path = file.value.path(in: surroundings.planFolder)
            let words = await lookedAt("file \(file.value)", at: file.span) {
                guard let objection = Self.objection(toReading: path) else {
                    return [PreflightCheck("file \(file.value)", .passed, "it can be read")]
                }
                return [
                    PreflightCheck(
                        "file \(file.value)", .failed, objection,
                        fix: "paths are relative to the plan's folder", at: file.span)
                ]
            }
            checks += words
        }
        return checks
    }

    private var namedFiles: [Located<String>] {
        let data = plan.data.compactMap { source in
            if case .csv(let path, _) = source.origin { path } else { nil }
        }
        let recordings = plan.traffic.compactMap { stage in
            if case .replay(let path, _, _) = stage.load { path } else { nil }
        }
        return data + recordings
    }

    private static func objection(toReading path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return "cannot \(SystemError("read '\(path)'"))" }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return "cannot \(SystemError("read '\(path)'"))" }
        if status.st_mode & S_IFMT != S_IFREG { return "'\(path)' is no regular file" }
        return status.st_size == 0 ? "'\(path)' is empty" : nil
    }

    /// A file system may hang; then only a thread of its own does.
    func lookedAt(
        _ name: String, at span: SourceSpan? = nil, _ look: @escaping @Sendable () -> [PreflightCheck]
    ) async -> [PreflightCheck] {
        do throws(OffloadError) {
            return try await loop.offload("preflight", until: loop.now + patience, look)
        } catch {
            let words = error == .timedOut ? "the file system does not answer within \(patience)" : "\(error)"
            return [PreflightCheck(name, .failed, words, at: span)]
        }
    }
}
