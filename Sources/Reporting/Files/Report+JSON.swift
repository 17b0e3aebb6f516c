import Audit
import Evidence
package import JSON
import StackVocabulary
import Timebase
import Verdicts

/// report.json, described for others in docs/formats/report.md.
extension Report {
    package static let format = "spillway-report"
    package static let version: UInt64 = 1

    package var json: JSONValue {
        .present([
            ("format", .text(Self.format)), ("version", .count(Self.version)),
            (
                "outcome",
                .present([
                    ("verdict", .text(verdict.name)), ("exit_code", .integer(Int64(verdict.exitCode))),
                    ("planted", planted), ("world", world),
                ])
            ), ("verdicts", .array(judgements.map(\.json))), ("audit", audit?.json),
            ("run", record.json),
        ])
    }

    /// Nobody reads an outcome without them.
    private var planted: JSONValue? {
        let defects = record.stack?.defects ?? []
        return defects.isEmpty ? nil : .texts(defects.map(\.name))
    }

    /// Nor takes a rehearsal for a run.
    private var world: JSONValue? {
        let world = record.identity.world
        return world == .live ? nil : .text(world.rawValue)
    }

    /// What a run came to follows from its record and its judgements, so it is not read.
    package init(json: JSONValue) throws(JSONPlace.Fault) {
        let place = JSONPlace(json)
        guard try place.member("format").string() == Self.format else {
            throw try place.member("format").expected("'\(Self.format)'")
        }
        let version = try place.member("version")
        guard try version.uint64() <= Self.version else {
            throw version.fault(
                "version \(try version.uint64()) was written by a newer Spillway; this one reads up to \(Self.version)")
        }
        let judgements = try place.member("verdicts").map(Judgement.init)
        let audit = try place.optional("audit").map(AuditReport.init(json:))
        self.init(try RunRecord(json: place.member("run").value), audit: audit, judgements: judgements)
    }
}

extension Judgement {
    fileprivate var json: JSONValue {
        .object([
            ("name", .text(name)), ("kind", .text(kind.rawValue)), ("status", .text(status.rawValue)),
            ("claim", .text(claim)), ("expected", .text(expected)), ("observed", .text(observed)),
            ("window", window?.json ?? .null), ("reasons", .texts(reasons)),
        ])
    }

    fileprivate init(_ place: JSONPlace) throws(JSONPlace.Fault) {
        let (kind, status) = (try place.member("kind"), try place.member("status"))
        guard let knownKind = Kind(rawValue: try kind.string()) else { throw kind.expected(words(Kind.allCases)) }
        guard let knownStatus = Status(rawValue: try status.string()) else {
            throw status.expected(words(Status.allCases))
        }
        self.init(
            name: try place.member("name").string(), kind: knownKind, claim: try place.member("claim").string(),
            status: knownStatus, expected: try place.member("expected").string(),
            observed: try place.member("observed").string(), window: try place.optional("window").map(Window.init),
            reasons: try place.member("reasons").map { text throws(JSONPlace.Fault) in try text.string() })
    }
}

extension Judgement.Window {
    fileprivate var json: JSONValue {
        .object([
            ("stages", .texts(stages)), ("from_ms", .number(Double(span.lowerBound.nanoseconds) / 1e6)),
            ("to_ms", .number(Double(span.upperBound.nanoseconds) / 1e6)),
        ])
    }

    fileprivate init(_ place: JSONPlace) throws(JSONPlace.Fault) {
        let (from, to) = (try place.member("from_ms"), try place.member("to_ms"))
        let (start, end) = (try instant(from), try instant(to))
        guard start <= end else { throw to.expected("a time that is not before 'from_ms'") }
        self.init(
            stages: try place.member("stages").map { text throws(JSONPlace.Fault) in try text.string() },
            span: start..<end)
    }
}

private func instant(_ place: JSONPlace) throws(JSONPlace.Fault) -> TimeSpan {
    let milliseconds = try place.double()
    guard abs(milliseconds) < 9e12 else { throw place.expected("a time in milliseconds") }
    return TimeSpan(nanoseconds: Int64((milliseconds * 1e6).rounded()))
}

private func words<Word: RawRepresentable<String>>(_ all: [Word]) -> String {
    "one of " + all.map { "'\($0.rawValue)'" }.joined(separator: ", ")
}
