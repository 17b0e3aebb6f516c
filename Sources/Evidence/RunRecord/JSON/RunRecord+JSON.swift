package import JSON
import Timebase

/// The "run" part of report.json. docs/formats/run-record.md describes it for others; in short:
///
///     run       = {"version": 1, "identity": identity, "stack"?: stack, "snapshots"?: [snapshot], "egress"?: [egress],
///                  "ending": ending, "slice_ms": time, "steps": [step], "stages": [stage], "slices": [slice],
///                  "generator": generator, "observed": [series], "events": [event], "drain"?: drain,
///                  "watch"?: watch, "faults"?: [fault], "channels"?: [flow], "groups"?: [group]}
///     identity  = {"run_id": string, "plan": string, "about"?: string, "plan_digest": string, "seed": digits,
///                  "version": string, "targets": [string], "permitted": [string]}
///     stack     = {"planted": [{"name": string, "wrong": string, "caught_by": string}], "store": string, "front": string,
///                  "metrics": string, "operator": string, "exports": string, "setting": `StackSetting.json`}
///     snapshot  = {"moment": "before" | "after", "live": store, "shadow": store}
///     store     = {"rows": {table: count}, "watermark": count}
///     egress    = {"by": "driver" | "stack" | "banks" | "live_twins", "origin": string, "purpose": string,
///                  "requests"?: count}
///     ending    = {"kind": "completed"} | {"kind": "aborted", "at_ms": time, "guard": string}
///               | {"kind": "interrupted", "at_ms": time, "signal": int}
///               | {"kind": "failed", "at_ms": time, "reason": string}
///     step      = {"journey": string, "title": string, "priority": string, "is_first": bool, "is_request": bool}
///     stage     = {"name": string, "kind": string, "from_ms": time, "to_ms": time, "counts_for_verdicts": bool,
///                  "scheduled"?: count, "cells": [cell]}
///     slice     = {"scheduled": count, "started": count, "dropped": count, "skipped": count, "lag_p99_ms": time,
///                  "lag_max_ms": time, "in_flight_mean": number, "in_flight_max": count, "residence_ms": time,
///                  "cells": [cell]}
///     cell      = {"step": place in "steps", "outcomes": {outcome: count},
///                  "corrected"?: histogram, "raw"?: histogram, "shed"?: histogram, "advised"?: count}
///     histogram = {"count": count, "p50_ms": time, "p90_ms": time, "p99_ms": time, "p99_9_ms": time, "max_ms": time,
///                  "hdr": base64 of HdrHistogram's compressed V2 form, in nanoseconds}
///     generator = {"lag": [histogram | null], "gaps": gaps, "pool_waits": count, "pool_waited_ms": time,
///                  "pool_starved": count, "descriptors_missing"?: count, "connections_opened": count, "connections_max": count,
///                  "evidence_records": count, "arrivals_cut"?: count, "is_changed_by_hand": bool,
///                  "control"?: {"arrivals": count, "sent": count, "ok": count, "other": count, "left_out": count}}
///     gaps      = {"count": count, "sum_ms": time, "longest_ms": time, "listed": [{"at_ms": time, "length_ms": time}]}
///     series    = {"name": string, "every_ms": time, "values": [number | null]}
///     event     = {"at_ms": time, "kind": string, "text": string}
///     drain     = {"budget_ms": time, "took_ms": time, "end": "quiet" | "budget" | "cut", "reason"?: string,
///                  "left": [{"place": string, "name": string, "count": int}], "unknown"?: unknown}
///     unknown   = {"at_first": int, "by_query": int, "by_callback": int, "by_statement": int, "by_answer": int,
///                  "left": int, "oldest_ms"?: time, "records": [string]}
///     watch     = {"looks": count, "rows": count, "watermark": int, "behind": count, "failed": count,
///                  "violations": {check: count}}
///     fault     = {"channel": string, "what": string, "from_ms": time, "to_ms": time}
///     flow      = {"channel": string, "writes": [count], "firsts": [count], "queries": [count], "failed": [count],
///                  "late": [count], "admitted"?: [histogram | null]}
///     group     = {"by": string, "stage": place in "stages", "members": [[place, offered, let in, shed]]}
///     time      = milliseconds with as many decimals as the nanoseconds need
///
/// What is absent is left out; in arrays, where the place counts, it is null. Readers take null like absent. Within a
/// version, writers may add keys, and kinds of events; readers ignore keys that they do not know, and take an event of
/// another kind for a note. Anything else is a new version, and a reader refuses versions after its own.
extension RunRecord {
    package static let version: UInt64 = 1
    package var json: JSONValue {
        .present([
            ("version", .count(Self.version)), ("identity", identity.json), ("stack", stack?.json),
            ("snapshots", snapshots.isEmpty ? nil : .array(snapshots.map(\.json))),
            ("egress", egress.isEmpty ? nil : .array(egress.map(\.json))), ("ending", ending.json),
            ("slice_ms", .time(sliceLength)), ("steps", .array(steps.map(\.json))),
            ("stages", .array(stages.map(\.json))), ("slices", .array(slices.map(\.json))),
            ("generator", generator.json), ("observed", .array(observed.map(\.json))),
            ("events", .array(events.map(\.json))), ("drain", drain?.json), ("watch", watch?.json),
            ("faults", faults.isEmpty ? nil : .array(faults.map(\.json))),
            ("channels", channels.isEmpty ? nil : .array(channels.map(\.json))),
            ("groups", groups.isEmpty ? nil : .array(groups.map(\.json))),
        ])
    }

    /// `json` is the value of "run" in a report.
    package init(json: JSONValue) throws(RecordFault) {
        let place = JSONPlace(json, path: "run")
        let version = try place.member("version")
        guard try version.uint64() <= Self.version else {
            throw version.fault(
                "version \(try version.uint64()) was written by a newer Spillway; this one reads up to \(Self.version)")
        }
        let steps = try place.member("steps").map(StepRecord.init)
        let stages = try place.member("stages").map { stage throws(RecordFault) in
            try StageRecord(stage, steps: steps.count)
        }
        let sliceLength = try place.member("slice_ms")
        guard try sliceLength.time() > .zero else { throw sliceLength.expected("a time above 0") }
        self.init(
            identity: try RunIdentity(place.member("identity")), stages: stages, steps: steps,
            sliceLength: try sliceLength.time(),
            slices: try place.member("slices").map { slice throws(RecordFault) in
                try SliceRecord(slice, steps: steps.count)
            },
            generator: try GeneratorRecord(place.member("generator"), stages: stages.count),
            observed: try place.member("observed").map(ObservedSeries.init),
            events: try place.member("events").map(RunEvent.init), ending: try Ending(place.member("ending")),
            stack: try place.optional("stack").map(StackRecord.init))
        guard !self.sliceLength.nanoseconds.multipliedReportingOverflow(by: Int64(slices.count + 1)).overflow else {
            throw sliceLength.expected("a time that as many slices do not make longer than can be counted")
        }
        snapshots = try place.optional("snapshots")?.map(StoreSnapshot.init) ?? []
        egress = try place.optional("egress")?.map(EgressRecord.init) ?? []
        drain = try place.optional("drain").map(DrainRecord.init)
        watch = try place.optional("watch").map(WatchRecord.init)
        faults = try place.optional("faults")?.map(FaultRecord.init) ?? []
        channels = try place.optional("channels")?.map(ChannelFlow.init) ?? []
        groups = try place.optional("groups")?.map(GroupRecord.init) ?? []
    }
}

/// Where a stored record is not what it should be.
package typealias RecordFault = JSONPlace.Fault

extension JSONValue {
    static func time(_ span: TimeSpan) -> JSONValue { .number(Double(span.nanoseconds) / 1e6) }
}

extension JSONPlace {
    /// Exact to the nanosecond up to 26 days.
    func time() throws(Fault) -> TimeSpan {
        guard let milliseconds = value.double, abs(milliseconds) < 9e12 else {
            throw expected("a time in milliseconds")
        }
        return TimeSpan(nanoseconds: Int64((milliseconds * 1e6).rounded()))
    }

    func time(_ key: String) throws(Fault) -> TimeSpan { try member(key).time() }
    func count(_ key: String) throws(Fault) -> UInt64 { try member(key).uint64() }
    func string(_ key: String) throws(Fault) -> String { try member(key).string() }
    func bool(_ key: String) throws(Fault) -> Bool { try member(key).bool() }
    func texts(_ key: String) throws(Fault) -> [String] {
        try member(key).map { text throws(Fault) in try text.string() }
    }
}
