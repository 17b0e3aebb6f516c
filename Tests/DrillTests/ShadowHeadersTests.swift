import EventLoop
import PlanModel
import ShadowTag
import TestFolders
import Testing

@testable import Drill

@Suite struct ShadowHeadersTests {
    private static let run = RunID(secondsSince1970: 1_900_000_000, entropy: [1, 2, 3, 4, 5])

    private func fields(_ rest: String) throws -> [String] {
        let key = try ShadowKey.find(in: [:], entropy: [UInt8](repeating: 3, count: 32))
        let tag = key.tag(Self.run, expires: 1_900_000_060)
        return try Draft(rest: rest).plan().shadow.fields(tag: tag, plan: "p", seed: 7, environment: ["ZONE": "eu"])
            .map { String(decoding: $0.name + Array(": ".utf8) + $0.value, as: UTF8.self) }
            .map { $0.replacing(tag.token, with: "TOKEN") }
    }

    @Test func `traffic is marked, also when the plan says nothing of it`() throws {
        #expect(try fields("") == ["X-Shadow: TOKEN", "baggage: shadow=1,run=\(Self.run)"])
        #expect(try fields("shadow: {baggage: false}\n") == ["X-Shadow: TOKEN"])
    }

    @Test func `a plan's own headers are rendered once for the run`() throws {
        let headers = "{A: 't ${shadow.token}', B: '${run.id}/${run.plan}/${run.seed}', C: 'drill-${env.ZONE}'}"
        #expect(
            try fields("shadow: {headers: \(headers), baggage: false}\n") == [
                "A: t TOKEN", "B: \(Self.run)/p/7", "C: drill-eu",
            ])
    }

    @Test func `a header that differs from request to request, or breaks a line, fails the preflight`() throws {
        let loop = EventLoop.simulated(seed: 8)
        try loop.run { () async throws in
            let rest = "shadow: {headers: {A: '${run.id}', B: '${id}', C: '${env.ZONE}'}}\n"
            let report = try await Draft(rest: rest).run(
                on: loop, in: TestFolder(), environment: ["ZONE": "eu\r\nX: y"])
            let words = report.checks.filter { $0.name == "shadow headers" }.map(\.words)
            #expect(
                words == [
                    "a shadow header is the same on every request, and 'id' is not",
                    "the value of 'ZONE' has bytes that no header can hold",
                ])
            #expect(!report.isClear)
        }
    }
}
