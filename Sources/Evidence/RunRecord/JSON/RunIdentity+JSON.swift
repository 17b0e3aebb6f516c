import JSON
import Timebase

extension RunIdentity {
    /// The seed is a string: many readers round whole numbers above 2^53.
    var json: JSONValue {
        .present([
            ("run_id", .text(runID)), ("plan", .text(plan)), ("about", about.map(JSONValue.text)),
            ("plan_digest", .text(planDigest)), ("seed", .text(String(seed))), ("version", .text(version)),
            ("targets", .texts(targets)), ("allowed", .texts(allowed)), ("permitted", .texts(permitted)),
            ("world", .text(world.rawValue)),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        let seed = try place.member("seed")
        guard let number = UInt64(try seed.string()) else { throw seed.expected("a seed in digits") }
        self.init(
            runID: try place.string("run_id"), plan: try place.string("plan"),
            about: try place.optional("about")?.string(), planDigest: try place.string("plan_digest"), seed: number,
            version: try place.string("version"), targets: try place.texts("targets"),
            allowed: try place.texts("allowed"), permitted: try place.texts("permitted"), world: try place.world)
    }
}

extension JSONPlace {
    /// Records from before there were rehearsals say nothing, and were live.
    fileprivate var world: RunWorld {
        get throws(RecordFault) {
            guard let place = try optional("world") else { return .live }
            guard let world = RunWorld(rawValue: try place.string()) else {
                throw place.expected(RunWorld.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or "))
            }
            return world
        }
    }
}

extension Ending {
    var json: JSONValue {
        switch self {
        case .completed: .object([("kind", .text("completed"))])
        case .aborted(let at, let guardText):
            .object([("kind", .text("aborted")), ("at_ms", .time(at)), ("guard", .text(guardText))])
        case .interrupted(let at, let signal):
            .object([("kind", .text("interrupted")), ("at_ms", .time(at)), ("signal", .integer(Int64(signal)))])
        case .failed(let at, let reason):
            .object([("kind", .text("failed")), ("at_ms", .time(at)), ("reason", .text(reason))])
        }
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        let kind = try place.member("kind")
        switch try kind.string() {
        case "completed": self = .completed
        case "aborted": self = .aborted(at: try place.time("at_ms"), guardText: try place.string("guard"))
        case "interrupted":
            let signal = try place.member("signal")
            guard let number = Int32(exactly: try signal.int64()) else { throw signal.expected("a signal's number") }
            self = .interrupted(at: try place.time("at_ms"), signal: number)
        case "failed": self = .failed(at: try place.time("at_ms"), reason: try place.string("reason"))
        default: throw kind.expected("completed, aborted, interrupted or failed")
        }
    }
}

extension StepRecord {
    var json: JSONValue {
        .object([
            ("journey", .text(journey)), ("title", .text(title)), ("priority", .text(priority)),
            ("is_first", .boolean(isFirst)), ("is_request", .boolean(isRequest)),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        self.init(
            journey: try place.string("journey"), title: try place.string("title"),
            priority: try place.string("priority"), isFirst: try place.bool("is_first"),
            isRequest: try place.bool("is_request"))
    }
}

extension ObservedSeries {
    var json: JSONValue {
        .object([
            ("name", .text(name)), ("every_ms", .time(every)),
            ("values", .array(values.map { $0.map(JSONValue.number) ?? .null })),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        let every = try place.member("every_ms")
        self.init(
            name: try place.string("name"), every: try every.time(),
            values: try place.member("values").map { value throws(RecordFault) in
                value.value.isNull ? nil : try value.double()
            })
        guard !self.every.nanoseconds.multipliedReportingOverflow(by: Int64(values.count)).overflow else {
            throw every.expected("a time that as many values do not make longer than can be counted")
        }
    }
}

extension RunEvent {
    var json: JSONValue {
        .object([("at_ms", .time(at)), ("kind", .text(kind.rawValue)), ("text", .text(text))])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        self.init(
            at: try place.time("at_ms"), kind: Kind(rawValue: try place.string("kind")) ?? .note,
            text: try place.string("text"))
    }
}
