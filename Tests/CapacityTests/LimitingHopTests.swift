import Evidence
import SampleRuns
import StackVocabulary
import Testing
import Timebase

@testable import Capacity

@Suite struct LimitingHopTests {
    /// A run of ten seconds in which these series stood as they are, or rose by so much a second.
    private static func record(_ levels: [(StackVital, Double)], rising: [(StackVital, Double)] = []) -> RunRecord {
        var record = SampleRun([SampleRun.Stage("hold", seconds: 10, rate: 20)]).record
        record.observed = levels.map { vital, value in
            ObservedSeries(name: vital.name, every: .seconds(1), values: Array(repeating: value, count: 10))
        }
        record.observed += rising.map { vital, step in
            ObservedSeries(name: vital.name, every: .seconds(1), values: (0..<10).map { Double($0) * step })
        }
        return record
    }

    private static func part(
        _ levels: [(StackVital, Double)] = [], rising: [(StackVital, Double)] = []
    ) -> LimitingHop.Part {
        LimitingHop(
            beyond: record([(.inside, 3)] + levels, rising: rising), below: record([(.inside, 2)]),
            channels: ["direct", "patient"]
        ).part
    }

    @Test func `whatever refused most is the limit`() {
        #expect(Self.part(rising: [(.refused(.concurrency), 50), (.refused(.channel), 2)]) == .processor)
        #expect(Self.part(rising: [(.refused(.merchant), 50), (.refused(.age), 2)]) == .merchantQuota)
        #expect(Self.part(rising: [(.refused(.store), 50)]) == .ledger)
        #expect(
            Self.part(rising: [(.refused(.channel), 50), (.held("direct"), 1), (.held("patient"), 49)])
                == .bank("patient"))
    }

    @Test func `where nothing is refused it is where work piles up`() {
        #expect(Self.part([(.inFlight("patient"), 19), (.limit("patient"), 20)]) == .bank("patient"))
        #expect(Self.part([(.storeWaiting, 4_000)]) == .ledger)
        #expect(Self.part([(.queueDepth, 300)]) == .processor)
        #expect(Self.part() == .unseen)
    }

    @Test func `a stack outside is known by the plan's series only`() {
        func outside(_ value: Double?) -> RunRecord {
            var record = SampleRun([SampleRun.Stage("hold", seconds: 10, rate: 20)]).record
            let values = Array(repeating: value, count: 10)
            record.observed = value == nil ? [] : [ObservedSeries(name: "orders", every: .seconds(1), values: values)]
            return record
        }
        func part(_ before: Double?, _ now: Double?) -> LimitingHop.Part {
            LimitingHop(beyond: outside(now), below: outside(before), channels: []).part
        }
        #expect(part(3, 300) == .sign("orders"))
        #expect(part(3, 4) == .unseen)
        #expect(part(nil, nil) == .notObserved)
        #expect(LimitingHop(beyond: nil, below: outside(1), channels: []).part == .unseen)
    }
}
