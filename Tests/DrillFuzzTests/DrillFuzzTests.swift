import Audit
import StackVocabulary
import Testing
import Tidy
import Timebase

@testable import DrillFuzz

/// The drawing of whole drills and the laws that they are held against; `scripts/simulate` does it in thousands.
@Suite struct DrillFuzzTests {
    @Test func `a seed always draws the same drill, and another seed another one`() {
        for seed in UInt64(1)...50 {
            #expect(DrawnDrill(seed: seed).plan == DrawnDrill(seed: seed).plan)
            #expect(DrawnDrill(seed: seed).banks == DrawnDrill(seed: seed).banks)
            #expect(DrawnDrill(seed: seed).plan != DrawnDrill(seed: seed + 1).plan)
        }
    }

    @Test func `what is drawn has no mistakes, and says itself what is planted in it`() {
        for seed in UInt64(1)...400 {
            let drill = DrawnDrill(seed: seed)
            let again = DrawnDrill(plan: drill.plan, banks: drill.banks)
            #expect(again?.plant == drill.plant, "seed \(seed): \(drill.plan)\(drill.banks)")
            #expect(again?.seed == seed)
        }
    }

    @Test func `everything that can be planted is drawn some time, and nothing is planted most of the time`() {
        let plants = (UInt64(1)...1_500).map { DrawnDrill(seed: $0).plant }
        #expect(plants.count { $0 == .nothing } > plants.count / 2)
        #expect(plants.contains(.statement))
        for defect in Defect.allCases { #expect(plants.contains(.defect(defect)), "\(defect.name)") }
    }

    /// A drill of some hundred payments with rough banks, and what is planted in it.
    private func rough(_ defects: String) throws -> DrawnDrill {
        let plan = """
            plan: rough
            seed: 7
            target: {stack: embedded, timeout: 5s}
            stack: {cores: 2, service: 1ms, bank: {timeout: 200ms}, query: {first: 500ms}\(defects)}
            channels: banks.yaml
            data: {merchant: {pool: 20}}
            journeys:
              pay:
                steps:
                  - POST /v1/payments:
                      headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                      json: {amount: 700, currency: EUR}
                      expect: {status: [201, 202]}
            traffic:
              - hold: {for: 6s, rate: 50/s}
            targets:
              - money: strict
            """
        let banks = """
            profile: rough
            channels:
              direct: {latency: 60ms}
            faults:
              - {at: 3s, for: 3s, channel: direct, timeout: {rate: 50%, charged: 60%}}
            """
        return try #require(DrawnDrill(plan: plan, banks: banks))
    }

    @Test func `a sound drill breaks no law, and gives the same report twice`() throws {
        var trial = DrillTrial(try rough(""))
        trial.isRepeated = true
        #expect(trial.breaches().breaches == [])
    }

    @Test func `a defect breaks no law where it was planted, and the law of soundness where nobody knows of it`() throws
    {
        let planted = try rough(", defects: [timeout-is-failure]")
        #expect(DrillTrial(planted).breaches().breaches == [])
        let breaches = DrillTrial(planted.denied).breaches().breaches
        #expect(breaches.contains { $0.law == "sound" && $0.words.hasPrefix("M3 status_diff") }, "\(breaches)")
    }

    /// A call that ended after 200 ms, the bank's booking, and the stack's end of the payment.
    private func trace(booked: Int64, ended: Int64, of subject: String = "P") -> [TraceEvent] {
        [
            TraceEvent(ledger: "stack", at: .milliseconds(0), text: "asked icbc as P-c1"),
            TraceEvent(ledger: "stack", at: .milliseconds(200), text: "icbc: unknown, sent 2 times"),
            TraceEvent(ledger: "stack", at: .milliseconds(ended - 1), text: "icbc: refused, sent 0 times"),
            TraceEvent(ledger: "bank", at: .milliseconds(booked), text: "icbc captured 7 EUR as \(subject)-c1"),
            TraceEvent(ledger: "stack", at: .milliseconds(ended), text: "payment is authorized, version 4"),
        ]
    }

    @Test func `a plan that asks early is excused for what came behind its question, and for nothing else`() {
        func isExcused(booked: Int64, ended: Int64, of subject: String = "P") -> Bool {
            trace(booked: booked, ended: ended, of: subject).isBooked("P", behind: .milliseconds(500))
        }
        #expect(isExcused(booked: 900, ended: 800) && isExcused(booked: 800, ended: 3_700))
        // In the books before the question, or by somebody's word before it, or long before the stack's end.
        #expect(!isExcused(booked: 690, ended: 800))
        #expect(!isExcused(booked: 900, ended: 690))
        #expect(!isExcused(booked: 800, ended: 3_900))
        #expect(!isExcused(booked: 900, ended: 800, of: "Q"))
        #expect(![TraceEvent]().isBooked("P", behind: .zero))
    }

    /// In debug, so that every trap of the code is armed.
    @Test func `drills that found something once break no law any more`() throws {
        let root = try #require(Repository.root(above: #filePath))
        let files = try Repository(readingFrom: root).files.filter { $0.path.hasPrefix("Fuzz/drills/") }
        var texts: [String: String] = [:]
        for file in files { texts[file.path] = file.text }
        let plans = texts.keys.filter { $0.hasSuffix("/plan.yaml") }.sorted()
        #expect(!plans.isEmpty)
        for path in plans {
            let banks = try #require(texts[path.replacing("/plan.yaml", with: "/banks.yaml")], "\(path)")
            let drill = try #require(DrawnDrill(plan: texts[path] ?? "", banks: banks), "\(path)")
            #expect(DrillTrial(drill).breaches().breaches == [], "scripts/simulate --replay \(path)")
        }
    }
}
