internal import Glibc
package import JSON

/// What a run knows of itself before its first arrival. It stands beside the segments, so that what a killed run has sent can
/// be told all the same: segments hold numbers of steps, and here is what these are.
package struct OpeningRecord: Sendable {
    /// Of a run in which nothing has happened yet.
    package var record: RunRecord
    package var facts: ImportFacts

    package static let fileName = "opening.json"
    private static let version: UInt64 = 1

    package init(_ record: RunRecord, _ facts: ImportFacts) {
        self.record = record
        self.facts = facts
    }

    package var json: JSONValue {
        .present([
            ("version", .count(Self.version)), ("begin_ms", .integer(facts.beginMilliseconds)),
            ("webhooks", facts.webhookURL.map(JSONValue.text)), ("is_embedded", .boolean(facts.isEmbedded)),
            ("plan_overrides", .texts(facts.planOverrides)), ("plan_text", .text(facts.planText)),
            ("run", record.json),
        ])
    }

    package init(json: JSONValue) throws(RecordFault) {
        let place = JSONPlace(json)
        let version = try place.member("version")
        guard try version.uint64() == Self.version else {
            throw version.fault("this Spillway reads version \(Self.version)")
        }
        facts = ImportFacts(
            beginMilliseconds: try place.member("begin_ms").int64(),
            webhookURL: try place.optional("webhooks")?.string(), isEmbedded: try place.bool("is_embedded"),
            planText: try place.string("plan_text"))
        facts.planOverrides = try place.texts("plan_overrides")
        record = try RunRecord(json: try place.member("run").value)
    }

    /// Of a run that is over, however it came to its end.
    package init(reading folder: String) throws(EvidenceError) {
        let path = "\(folder)/\(Self.fileName)"
        try OpeningFile.checkUnheld(path)
        var file = try FilePieces(path)
        var bytes: [UInt8] = []
        while let piece = try file.next() { bytes += piece }
        do {
            try self.init(json: try JSONValue(parsing: bytes))
        } catch {
            throw EvidenceError("read", path, reason: "\(error)")
        }
    }
}

/// The opening record of a run that goes on: locked for as long as this lives, so that nobody takes a run that goes on for one
/// that was killed. The kernel takes the lock back however the process ends.
package final class OpeningFile {
    private let descriptor: Int32

    /// The folder stands.
    package init(writing opening: OpeningRecord, into folder: String) throws(EvidenceError) {
        let path = "\(folder)/\(OpeningRecord.fileName)"
        let unfinished = "\(path).part"
        descriptor = unsafe open(unfinished, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw EvidenceError("create", unfinished) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw EvidenceError("lock", unfinished) }
        try write(opening.json.bytes(.compact), unfinished)
        try EvidenceFiles.rename(unfinished, path)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private func write(_ bytes: [UInt8], _ path: String) throws(EvidenceError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw EvidenceError("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    fileprivate static func checkUnheld(_ path: String) throws(EvidenceError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw EvidenceError("open", path) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
            throw EvidenceError("read", path, reason: "the run is still under way; wait for its end, or end it")
        }
    }
}
