// The driver alone, live: a plan, a target that is there already, evidence in a folder; no preflight and no reports.
// scripts/bench measures `spillway run`; this is for looking at the driver under a profiler.
//
//     DriverBench PLAN PORT FOLDER

import Diagnostics
import EventLoop
import Evidence
import Glibc
import Journeys
import LoadDriver
import Peers
import PlanLanguage
import PlanModel
import Traffic

func text(of path: String) -> [UInt8] {
    var bytes: [UInt8] = []
    guard let file = unsafe fopen(path, "r") else { return bytes }
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = unsafe fread(&piece, 1, piece.count, file)
        if count == 0 { break }
        bytes += piece[..<count]
    }
    unsafe fclose(file)
    return bytes
}

nonisolated func drive(_ words: [String]) throws {
    guard words.count == 3, let port = UInt16(words[1]) else { fatalError("usage: DriverBench PLAN PORT FOLDER") }
    let outcome = Plan.parse(SourceText(name: words[0], bytes: text(of: words[0])))
    guard let plan = outcome.plan else { fatalError("\(outcome.diagnostics.map(\.message))") }
    let loop = try EventLoop.live()
    try loop.run {
        let origin = try PeerPolicy(planAllow: [], permitted: []).permit(local: .loopback(port: port))
        let setting = RunSetting(
            runID: "bench", epochMilliseconds: loop.secondsSince1970 * 1_000, shadowToken: "token",
            shadowFields: [
                ("X-Shadow", String(repeating: "0123456789", count: 8)),
                ("baggage", "shadow=1,run=01JD00000000000000000"),
            ], hosts: ["": origin.authority])
        let compiled = JourneyBook.compile(plan, setting)
        guard let book = compiled.book else { fatalError("\(compiled.diagnostics.map(\.message))") }
        let evidence = try EvidenceWriter(folder: words[2], worker: 0, runID: "bench", planDigest: "")
        let driver = LoadDriver(
            on: loop,
            DriverSetting(
                plan: plan, traffic: try PlannedTraffic(plan, seed: plan.seed, recordings: [:]), book: book,
                targets: try book.services.map { _ in try ServiceTarget(origin, of: plan.target, on: loop) },
                evidence: evidence,
                identity: RunIdentity(
                    runID: "bench", plan: plan.name, about: nil, planDigest: "", seed: plan.seed, version: "bench",
                    targets: [], allowed: [])))
        let record = await driver.run()
        driver.close()
        try evidence.close()
        var started: UInt64 = 0
        var dropped: UInt64 = 0
        var ok: UInt64 = 0
        for slice in record.slices {
            started += slice.arrivals.started
            dropped += slice.arrivals.dropped
            for (_, cell) in slice.cells { ok += cell.outcomes[.ok] }
        }
        print(
            "{\"started\": \(started), \"dropped\": \(dropped), \"ok\": \(ok), \"gaps\": \(record.generator.gaps.count), "
                + "\"evidence\": \(record.generator.evidenceRecords)}")
    }
}

@main struct DriverBench {
    static func main() {
        do { try drive(Array(CommandLine.arguments.dropFirst())) } catch { fatalError("\(error)") }
    }
}
