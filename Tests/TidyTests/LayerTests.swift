import Testing
import Tidy

@Suite struct LayerTests {
    private static let down = "imports point downward only; move what both need into a lower target"
    private static let judge = "the judge reads only evidence; take what it needs from 'Evidence'"

    @Test(arguments: [
        ("HTTPWire", "LoadDriver", "'HTTPWire' (L1) must not import 'LoadDriver' (L2): \(down)"),
        ("EventLoop", "HTTPService", "'EventLoop' (L0) must not import 'HTTPService' (L1): \(down)"),
        ("Money", "Histogram", "'Money' (L0) must not import 'Histogram' (L0): \(down)"),
        ("HTTPWire", "BenchSupport", "'HTTPWire' (L1) must not import 'BenchSupport' (tool): \(down)"),
        ("HTTPWire", "Tidy", "'HTTPWire' (L1) must not import 'Tidy' (test): \(down)"),
        ("Verdicts", "HTTPService", "'Verdicts' must not import 'HTTPService': \(judge)"),
        ("Audit", "PaymentStack", "'Audit' must not import 'PaymentStack': \(judge)"),
        ("Reporting", "Drill", "'Reporting' must not import 'Drill': \(judge)"),
        ("Comparison", "LoadDriver", "'Comparison' must not import 'LoadDriver': \(judge)"),
        (
            "PaymentStack", "PlanModel",
            "'PaymentStack' must not import 'PlanModel': the payment stack meets driver, plan and banks over HTTP only; "
                + "share words in 'StackVocabulary'"
        ),
        (
            "ChannelMock", "PaymentStack",
            "'ChannelMock' must not import 'PaymentStack': a mock bank meets driver, plan and stack over HTTP only; "
                + "share words in 'ChannelProfile'"
        ),
        (
            "HTTPWire", "CLinux",
            "'CLinux' has one importing target, 'EventLoop'; import 'EventLoop' and use its wrapper"
        ),
        (
            "WireBench", "COpenSSL",
            "'COpenSSL' has one importing target, 'Cryptography'; import 'Cryptography' and use its wrapper"
        ),
        (
            "HTTPWire", "Alamofire",
            "module 'Alamofire' has no layer; give it a line in LayerTable+Spillway.swift or do without it"
        ),
    ])
    func `an illegal import is found with its reason`(from: String, to: String, message: String) {
        for statement in ["import \(to)", "@_exported public import \(to)", "package import struct \(to).A"] {
            let path = "Sources/\(from)/A.swift"
            #expect(violations(RepositoryFile(path, "// first line\n\(statement)")) == ["\(path):2: \(message)"])
        }
    }

    @Test(arguments: [
        ("Sources/EventLoop", "CLinux"), ("Sources/HTTPService", "HTTPWire"), ("Sources/LoadDriver", "Evidence"),
        ("Sources/Verdicts", "Histogram"), ("Sources/spillway", "SpillwayCLI"), ("Benchmarks/WireBench", "HTTPWire"),
        ("Tests/EventLoopTests", "HTTPService"), ("Tests/TidyTests", "Tidy"), ("Sources/HTTPWire", "Glibc"),
    ])
    func `an import that points downward passes`(folder: String, module: String) {
        #expect(violations(RepositoryFile("\(folder)/A.swift", "import \(module)")) == [])
    }

    @Test func `Foundation is named by its own ban, and found behind a declaration kind too`() {
        #expect(violations(RepositoryFile("Sources/HTTPWire/A.swift", "import Foundation")).count == 1)
        #expect(violations(RepositoryFile("Sources/HTTPWire/A.swift", "import struct Foundation.Data")).count == 1)
        #expect(violations(RepositoryFile("Sources/HTTPWire/A.swift", "import FoundationNetworking")).count == 1)
    }

    @Test func `a declared dependency is judged like an import`() {
        let manifest = """
            func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
                .target(name: name, dependencies: dependencies)
            }
            let targets: [Target] = [
                module("HTTPWire", ["EventLoop"]),
                module(
                    "HTTPService",
                    [
                        "CLinux",
                        .target(name: "LoadDriver", condition: .when(platforms: [.linux])),
                    ]),
                .executableTarget(name: "spillway", dependencies: ["SpillwayCLI"], path: "Sources/spillway"),
            ]
            """
        #expect(
            violations(manifest: manifest) == [
                "Package.swift:9: 'CLinux' has one importing target, 'EventLoop'; import 'EventLoop' and use its wrapper",
                "Package.swift:10: 'HTTPService' (L1) must not import 'LoadDriver' (L2): \(Self.down)",
            ])
    }

    @Test func `a target without a layer is found`() {
        let manifest = "let targets: [Target] = [\n.target(name: \"Novelty\"), .testTarget(name: \"NoveltyTests\")]"
        let advice = "has no layer; give it a line in LayerTable+Spillway.swift, below what it imports"
        #expect(
            violations(manifest: manifest) == [
                "Package.swift:2: target 'Novelty' \(advice)", "Package.swift:2: target 'NoveltyTests' \(advice)",
            ])
    }

    @Test func `a folder that no target owns is found`() {
        let prefix = "belongs to no target of Package.swift; declare it there"
        let found = violations(
            RepositoryFile("Sources/Novelty/A.swift", ""), RepositoryFile("Tests/HTTPWireTests/A.swift", ""),
            manifest: "let targets: [Target] = []")
        #expect(
            found == [
                "Sources/Novelty:1: the folder of 'Novelty' \(prefix) and in the layer table",
                "Tests/HTTPWireTests:1: the folder of 'HTTPWireTests' \(prefix)",
            ])
    }

    @Test func `a folder of foreign programs needs no target, and its neighbours still do`() {
        let found = violations(
            RepositoryFile("Benchmarks/Twins/a.c", ""), RepositoryFile("Benchmarks/TwinsNew/a.c", ""),
            RepositoryFile("Sources/Twins/a.c", ""), manifest: "let targets: [Target] = []")
        #expect(found.map { $0.prefix { $0 != ":" } } == ["Benchmarks/TwinsNew", "Sources/Twins"])
    }

    @Test func `a planned target needs no folder`() {
        #expect(violations(manifest: "let targets: [Target] = []") == [])
    }

    @Test func `the table names every target once, and only targets of its own`() {
        let table = LayerTable.spillway
        let names = table.entries.map(\.target)
        #expect(Set(names).count == names.count)
        for entry in table.entries {
            #expect((entry.layer == .c) == (entry.importer != nil), "\(entry.target)")
            if let importer = entry.importer { #expect(names.contains(importer), "\(entry.target)") }
        }
        for wall in table.walls { #expect(Set(wall.from + wall.to).isSubset(of: names), "\(wall.reason)") }
    }
}
