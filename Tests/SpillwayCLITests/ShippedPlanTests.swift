import TestFolders
import Testing

@testable import SpillwayCLI

/// What stands in `plans` is there to be learned from: each that can be rehearsed meets its own targets.
@Suite struct ShippedPlanTests {
    /// Of somebody else's, who is not there to be rehearsed.
    private static let outside: Set = ["corner-shop", "demo", "outside-stack", "steady-state"]

    /// A tenth of the load, and of the processor where one is declared: whole, they are minutes of work for a debug build.
    private static let smaller = [
        "flash-sale": [
            "stack.service=10ms", "traffic.warm-up.rate=20/s", "traffic.ramp.from=20/s", "traffic.ramp.to=80/s",
            "traffic.baseline.rate=80/s", "traffic.flash.rate=400/s", "traffic.after.rate=80/s",
            "targets.capacity.at least=70/s",
        ],
        "query-storm": [
            "traffic.warm-up.rate=10/s", "traffic.baseline.rate=30/s", "traffic.shocks.rate=100/s",
            "traffic.shocks.base=30/s", "traffic.users.count=20", "traffic.down.from=30/s", "traffic.down.to=5/s",
        ],
    ]

    @Test(arguments: ["bank-brownout", "flash-sale", "query-storm"])
    func `a rehearsed plan meets its targets`(_ name: String) throws {
        let folder = try TestFolder()
        var words = ["rehearse", "\(Saying.root)/plans/\(name).yaml", "--quiet", "--out", folder.path + "/out"]
        for override in Self.smaller[name] ?? [] { words += ["--set", override] }
        let saying = Saying(words: words)
        #expect(saying.code == .success, "\((saying.results + saying.talk).joined(separator: "\n"))")
    }

    @Test func `every plan is rehearsed here or elsewhere, or says why it cannot be`() throws {
        let files = try TestFolder().names(in: "\(Saying.root)/plans").filter { $0.hasSuffix(".yaml") }
        let names = Set(files.map { String($0.dropLast(5)) })
        // The quickstart has tests of its own (`QuickstartTests`).
        #expect(names == Self.outside.union(["bank-brownout", "flash-sale", "query-storm", "quickstart"]))
        for name in Self.outside.sorted() {
            let saying = Saying("rehearse \(Saying.root)/plans/\(name).yaml --quiet")
            #expect(saying.code == .inconclusive, "\(name): \(saying.code)")
            #expect(saying.talk.joined().contains("is outside, and a rehearsal reaches nobody there"), "\(saying.talk)")
        }
    }
}
