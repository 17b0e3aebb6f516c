import DrillFuzz
import StackVocabulary
import Testing
import Tidy

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
