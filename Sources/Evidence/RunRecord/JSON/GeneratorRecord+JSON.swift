import JSON
import Timebase

extension GeneratorRecord {
    var json: JSONValue {
        .present([
            ("lag", .array(lag.map { $0.json ?? .null })), ("gaps", gaps.json), ("pool_waits", .count(poolWaits)),
            ("pool_waited_ms", .time(poolWaited)), ("pool_starved", .count(poolStarved)),
            ("descriptors_missing", descriptorsMissing == 0 ? nil : .count(descriptorsMissing)),
            ("connections_opened", .count(connectionsOpened)), ("connections_max", .count(connectionsMax)),
            ("evidence_records", .count(evidenceRecords)), ("arrivals_cut", .count(arrivalsCut)),
            ("is_changed_by_hand", .boolean(isChangedByHand)), ("control", control?.json),
        ])
    }

    init(_ place: JSONPlace, stages: Int) throws(RecordFault) {
        let lag = try place.member("lag")
        self.init(
            lag: try lag.map { lag throws(RecordFault) in try PackedHistogram(lag.value.isNull ? nil : lag) },
            gaps: try GapRecord(place.member("gaps")))
        guard self.lag.count == stages else { throw lag.expected("one entry for each of \(stages) stages") }
        poolWaits = try place.count("pool_waits")
        poolWaited = try place.time("pool_waited_ms")
        poolStarved = try place.count("pool_starved")
        descriptorsMissing = try place.optional("descriptors_missing")?.uint64() ?? 0
        connectionsOpened = try place.count("connections_opened")
        connectionsMax = try place.count("connections_max")
        evidenceRecords = try place.count("evidence_records")
        arrivalsCut = try place.optional("arrivals_cut")?.uint64() ?? 0
        isChangedByHand = try place.bool("is_changed_by_hand")
        control = try place.optional("control").map(ControlCounts.init)
    }
}

extension GapRecord {
    var json: JSONValue {
        let listed = listed.map { JSONValue.object([("at_ms", .time($0.at)), ("length_ms", .time($0.length))]) }
        return .object([
            ("count", .count(count)), ("sum_ms", .time(sum)), ("longest_ms", .time(longest)),
            ("listed", .array(listed)),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        self.init()
        count = try place.count("count")
        sum = try place.time("sum_ms")
        longest = try place.time("longest_ms")
        listed = try place.member("listed").map { gap throws(RecordFault) in
            Gap(at: try gap.time("at_ms"), length: try gap.time("length_ms"))
        }
    }
}
