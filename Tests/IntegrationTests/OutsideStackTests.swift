import Diagnostics
import EventLoop
import Evidence
import Glibc
import PlanLanguage
import PlanModel
import Reporting
import StackVocabulary
import TestFolders
import Testing
import Timebase

/// The corner shop of `plans`: a stack in another language, which knows nothing of Spillway.
@Suite struct OutsideStackTests {
    private static let root = String(#filePath.split(separator: "/Tests/")[0])

    private static func text(_ path: String) throws -> String {
        guard let file = unsafe fopen("\(root)/\(path)", "r") else { throw CancellationError() }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// The shop is told where its bank will be before there is one.
    private static func freePort(_ stand: Stand) throws -> UInt16 {
        let listener = try stand.loop.listen(on: .loopback())
        defer { listener.close() }
        return listener.address.port
    }

    private static func texts(_ source: DeclaredSource, _ folder: String, fetched: String) throws -> [[String: String]]
    {
        let input = source.path(in: folder).map { SourceInput.file($0) } ?? .file(fetched)
        let rows = try CollectedSource(source, .there(input)).rows { false }
        var row = rows.makeRow()
        var texts: [[String: String]] = []
        while try rows.next(&row) {
            var values: [String: String] = [:]
            for (place, column) in source.table.columns.enumerated() { values[column.name] = row.text(place) }
            texts.append(values)
        }
        return texts
    }

    @Test func `a shop's own books say what its callers were told`() throws {
        try Stand.open { stand in
            let (folder, bank) = (stand.folder.path, try Self.freePort(stand))
            let shop = try stand.start(
                program: "/usr/bin/env",
                [
                    "python3", "\(Self.root)/plans/corner-shop/shop.py", "--port", "0", "--bank", "127.0.0.1:\(bank)",
                    "--books", "\(folder)/shop.db",
                ])
            var address = ""
            try await stand.wait {
                let words = stand.folder.text(of: "child-0.out").split(separator: " ")
                address = words.first { $0.hasPrefix("http://") }.map { String($0.dropLast()) } ?? ""
                return !address.isEmpty
            }
            try stand.folder.write(
                try Self.text("mocks/corner-shop.yaml").replacing("127.0.0.1:9190", with: "127.0.0.1:\(bank)")
                    // At 4 % none of 120 orders would be declined once in 135 runs.
                    .replacing("insufficient_funds: 4%", with: "insufficient_funds: 30%"),
                as: "bank.yaml")
            let plan = try Self.text("plans/corner-shop.yaml")
                .replacing("../mocks/corner-shop.yaml", with: "bank.yaml")
                .replacing("../reports/corner-shop.db", with: "shop.db")
                .replacing("http://127.0.0.1:8190", with: address)
                .replacing("for: 10s, rate: 60/s", with: "for: 2s, rate: 60/s")
            let end = try await stand.start(try stand.folder.write(plan, as: "shop.yaml")).end(on: stand.loop)
            // Nobody judges 'money' yet.
            #expect(end.code == 3, "\(end.talk)")
            let report = try stand.report()
            #expect(report.record.ending == .completed && report.count(.declined) > 0, "\(end.talk)")
            #expect(
                report.record.egress.contains { $0.origin == address && $0.purpose == "sources of evidence" },
                "\(report.record.egress)")
            let sources = try #require(Plan.parse(SourceText(name: "shop.yaml", text: plan)).plan).evidence
            let fetched = try #require(stand.folder.below("out").first { $0.hasSuffix("/02-attempts.ndjson") })
            let payments = try Self.texts(sources[0], folder, fetched: "")
            let attempts = try Self.texts(sources[1], folder, fetched: "\(folder)/\(fetched)")
            #expect(UInt64(payments.count) == report.total && attempts.count == payments.count)
            #expect(UInt64(payments.count { $0["state"] == "failed" }) == report.count(.declined))
            #expect(UInt64(payments.count { $0["state"] == "captured" }) == report.count(.ok))
            #expect(Set(attempts.compactMap { $0["reference"] }) == Set(payments.compactMap { $0["id"] }))
            shop.signal(SIGINT)
            #expect(try await shop.end(on: stand.loop).code == 0)
        }
    }
}
