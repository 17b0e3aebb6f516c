// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in the project's own checks only: users on the next toolchain must still be able to build.
let strict = Context.environment["SPILLWAY_STRICT"] == "1"

let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        // Debug builds, and so all tests, check exclusive access at run time; release builds spend those 0.5 us of each
        // request on the request (docs/decisions/0004-exclusivity-in-debug.md).
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

func module(_ name: String, _ dependencies: [Target.Dependency] = [], libraries: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, swiftSettings: swiftSettings,
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func benchmark(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Benchmarks/\(name)", swiftSettings: swiftSettings)
}

let package = Package(
    name: "spillway",
    products: [.executable(name: "spillway", targets: ["spillway"])],
    targets: [
        // C: one importing target each.
        .target(name: "CLinux"),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // L0
        module("Timebase"),
        tests("TimebaseTests", ["Timebase"]),
        module("Containers", ["Timebase"]),
        tests("ContainersTests", ["Containers", "SeededRandom", "Timebase"]),
        module("Numerals", ["Timebase"]),
        tests("NumeralsTests", ["Numerals", "Timebase"]),
        // Square roots and roundings are calls into libm where the processor baseline lacks the instruction.
        module("SeededRandom", libraries: ["m"]),
        tests("SeededRandomTests", ["SeededRandom"]),
        module("Histogram", ["CZlib"], libraries: ["m"]),
        tests("HistogramTests", ["Histogram"]),
        module("Zstandard", ["CZstd"]),
        tests("ZstandardTests", ["Zstandard"]),
        module("Money"),
        tests("MoneyTests", ["Money"]),
        module("JSON"),
        tests("JSONTests", ["JSON", "SeededRandom"]),
        module("Diagnostics", ["JSON"]),
        tests("DiagnosticsTests", ["Diagnostics", "JSON"]),
        module("Cryptography", ["COpenSSL"]),
        tests("CryptographyTests", ["Cryptography"]),
        module("EventLoop", ["CLinux", "Cryptography", "SeededRandom", "Timebase"]),
        tests("EventLoopTests", ["EventLoop", "Cryptography", "SeededRandom"]),
        module("SQLite", ["CSQLite", "Timebase"]),
        tests("SQLiteTests", ["SQLite", "TestFolders", "Timebase"]),

        // L1
        module("StackVocabulary", ["JSON", "Timebase"]),
        tests("StackVocabularyTests", ["JSON", "StackVocabulary", "Timebase"]),
        module("PlanValues", ["SeededRandom", "Timebase"]),
        tests("PlanValuesTests", ["PlanValues", "Timebase"]),
        module("ChannelProfile", ["Diagnostics", "JSON", "PlanValues", "SeededRandom", "Timebase"]),
        tests("ChannelProfileTests", ["ChannelProfile", "Timebase"]),
        module("PlanModel", ["ChannelProfile", "Diagnostics", "PlanValues", "StackVocabulary", "Timebase"]),
        module(
            "PlanLanguage",
            [
                "CYAML", "ChannelProfile", "Diagnostics", "JSON", "PlanModel", "PlanValues", "StackVocabulary",
                "Timebase",
            ]),
        tests(
            "PlanLanguageTests",
            [
                "ChannelProfile", "PlanLanguage", "Diagnostics", "JSON", "PlanModel", "PlanValues", "StackVocabulary",
                "Timebase",
            ]),
        module("HTTPWire"),
        tests("HTTPWireTests", ["HTTPWire"]),
        module("HTTPService", ["Cryptography", "EventLoop", "HTTPWire", "JSON"]),
        tests(
            "HTTPServiceTests",
            ["Cryptography", "EventLoop", "HTTPService", "HTTPWire", "ScriptedPeers", "SeededRandom"]),
        module("Lease", ["EventLoop", "Timebase"]),
        tests("LeaseTests", ["EventLoop", "Lease", "Timebase"]),
        module("ShadowTag", ["Cryptography", "SeededRandom"]),
        tests("ShadowTagTests", ["Cryptography", "SeededRandom", "ShadowTag", "TestFolders"]),
        module(
            "Peers",
            ["Cryptography", "Diagnostics", "EventLoop", "HTTPService", "PlanModel", "PlanValues", "Timebase"]),
        tests(
            "PeersTests",
            [
                "Cryptography", "Diagnostics", "EventLoop", "HTTPService", "HTTPWire", "Peers", "PlanLanguage",
                "PlanModel", "PlanValues", "TestFolders",
            ]),
        module(
            "Traffic", ["Diagnostics", "JSON", "Numerals", "PlanModel", "PlanValues", "SeededRandom", "Timebase"],
            libraries: ["m"]),
        tests(
            "TrafficTests", ["Diagnostics", "JSON", "PlanLanguage", "PlanModel", "SeededRandom", "Timebase", "Traffic"]),
        module(
            "Journeys",
            [
                "Cryptography", "Diagnostics", "HTTPWire", "JSON", "PlanModel", "PlanValues", "SeededRandom",
                "ShadowTag", "Timebase",
            ]),
        tests(
            "JourneysTests",
            [
                "Cryptography", "Diagnostics", "HTTPWire", "JSON", "Journeys", "PlanLanguage", "PlanModel",
                "SeededRandom", "Timebase",
            ]),

        module(
            "Evidence",
            [
                "ChannelProfile", "Cryptography", "Diagnostics", "EventLoop", "Histogram", "JSON", "Money", "PlanModel",
                "PlanValues", "SQLite", "SeededRandom", "StackVocabulary", "Timebase",
            ]),
        module("Audit", ["Evidence", "JSON", "SQLite", "StackVocabulary", "Timebase"]),
        tests(
            "AuditTests",
            ["Audit", "Evidence", "JSON", "SQLite", "SeededRandom", "StackVocabulary", "TestFolders", "Timebase"]),
        tests(
            "EvidenceTests",
            [
                "ChannelProfile", "Diagnostics", "EventLoop", "Evidence", "Histogram", "JSON", "Money", "PlanLanguage",
                "PlanModel", "PlanValues", "SQLite", "SeededRandom", "TestFolders", "Timebase", "StackVocabulary",
            ]),

        // L2
        module(
            "ChannelMock",
            [
                "ChannelProfile", "Containers", "Cryptography", "Diagnostics", "EventLoop", "Evidence", "HTTPService",
                "HTTPWire",
                "JSON", "Lease", "Money", "Peers", "PlanValues", "SeededRandom", "ShadowTag", "Timebase",
            ]),
        tests(
            "ChannelMockTests",
            [
                "ChannelMock", "ChannelProfile", "Cryptography", "Diagnostics", "EventLoop", "Evidence", "HTTPService",
                "HTTPWire", "JSON", "Lease", "LoadDriver", "Peers", "PlanLanguage", "PlanValues", "ScriptedPeers",
                "SeededRandom", "TestFolders", "Timebase",
            ]),
        module(
            "PaymentStack",
            [
                "ChannelProfile", "Diagnostics", "ShadowTag", "Containers", "Cryptography", "EventLoop", "Evidence",
                "HTTPService", "HTTPWire", "Histogram", "JSON", "Money", "Peers", "SQLite", "SeededRandom",
                "StackVocabulary", "Timebase",
            ]),
        tests(
            "PaymentStackTests",
            [
                "ChannelMock", "ChannelProfile", "Cryptography", "Diagnostics", "EventLoop", "Evidence", "HTTPService",
                "HTTPWire", "Histogram", "JSON", "Money", "PaymentStack", "Peers", "PlanValues", "SQLite",
                "SeededRandom", "StackVocabulary", "TestFolders", "Timebase",
            ]),
        module(
            "LoadDriver",
            [
                "Cryptography", "CurlTransport", "EventLoop", "Evidence", "HTTPService", "HTTPWire", "Histogram",
                "JSON",
                "Journeys", "Lease", "Peers", "PlanModel", "PlanValues", "SeededRandom", "Timebase", "Traffic",
                "Diagnostics",
            ]),
        tests(
            "LoadDriverTests",
            [
                "Diagnostics", "EventLoop", "Evidence", "HTTPService", "HTTPWire", "Histogram", "Journeys",
                "LoadDriver",
                "Peers", "PlanLanguage", "PlanModel", "SeededRandom", "Timebase", "Traffic", "Zstandard",
            ]),

        module(
            "Verdicts",
            [
                "Audit", "Evidence", "Histogram", "Numerals", "PlanModel", "PlanValues", "SeededRandom",
                "StackVocabulary",
                "Timebase",
            ]),
        tests(
            "VerdictsTests",
            [
                "Audit", "Diagnostics", "Evidence", "Histogram", "PlanModel", "PlanValues", "SampleRuns",
                "SeededRandom", "StackVocabulary",
                "Timebase", "Verdicts",
            ]),

        module(
            "Capacity",
            [
                "Audit", "Diagnostics", "Evidence", "Histogram", "JSON", "Numerals", "PlanModel", "PlanValues",
                "SeededRandom", "StackVocabulary", "Timebase", "Verdicts",
            ]),
        tests(
            "CapacityTests",
            [
                "Capacity", "ChannelProfile", "Diagnostics", "Drill", "EventLoop", "Evidence", "JSON", "Peers",
                "PlanLanguage", "PlanModel", "PlanValues", "Reporting", "SampleRuns", "SeededRandom",
                "StackVocabulary", "TestFolders", "Timebase", "Verdicts",
            ]),

        module(
            "Reporting",
            [
                "Audit", "Capacity", "Cryptography", "Diagnostics", "EventLoop", "Evidence", "Histogram", "JSON",
                "Numerals",
                "PlanModel",
                "SeededRandom",
                "Timebase",
                "Verdicts", "StackVocabulary",
            ]),
        tests(
            "ReportingTests",
            [
                "Audit", "Cryptography", "Diagnostics", "Evidence", "Histogram", "JSON", "PlanModel", "PlanValues",
                "Reporting", "SampleRuns", "SeededRandom", "TestFolders", "Timebase", "Verdicts", "StackVocabulary",
            ]),

        // L3
        module(
            "Dashboard",
            [
                "ChannelProfile", "Diagnostics", "EventLoop", "Evidence", "HTTPService", "HTTPWire", "JSON",
                "LoadDriver", "Numerals", "Peers", "PlanValues", "Reporting", "StackVocabulary", "Timebase",
            ]),
        tests(
            "DashboardTests",
            [
                "ChannelProfile", "Dashboard", "EventLoop", "Evidence", "HTTPService", "JSON", "LoadDriver",
                "SampleRuns", "ScriptedPeers", "TestFolders", "Timebase",
            ]),
        module(
            "Drill",
            [
                "Audit", "ChannelMock", "ChannelProfile", "Cryptography", "CurlTransport", "Diagnostics", "EventLoop",
                "Evidence",
                "HTTPService", "HTTPWire", "JSON", "Journeys", "Lease", "LoadDriver", "Peers", "PlanLanguage",
                "PlanModel", "PlanValues", "Reporting", "ShadowTag", "Timebase", "Traffic", "Verdicts", "Zstandard",
                "PaymentStack", "SQLite", "StackVocabulary",
            ]),
        tests(
            "DrillTests",
            [
                "Audit", "ChannelMock", "ChannelProfile", "Cryptography", "Diagnostics", "Drill", "EventLoop",
                "Evidence",
                "HTTPService", "Histogram", "JSON", "LoadDriver", "Peers", "PlanLanguage", "PlanModel", "Reporting",
                "SQLite",
                "ScriptedPeers", "SeededRandom", "ShadowTag", "HTTPWire", "PlanValues",
                "TestFolders", "Timebase", "Traffic", "Verdicts", "StackVocabulary",
            ]),

        // L2
        module("CurlTransport", ["CCurl", "Cryptography", "EventLoop", "HTTPService", "HTTPWire"]),
        tests(
            "CurlTransportTests",
            [
                "CurlTransport", "Cryptography", "EventLoop", "HTTPService", "HTTPWire", "ScriptedPeers",
                "SeededRandom",
            ]),

        // L4
        module(
            "SpillwayCLI",
            [
                "Audit", "Capacity", "ChannelMock", "ChannelProfile", "Cryptography", "Dashboard", "Diagnostics",
                "Drill", "EventLoop",
                "Evidence",
                "HTTPService", "HTTPWire", "Histogram", "JSON", "Journeys", "Lease", "LoadDriver", "Numerals", "Peers",
                "PlanLanguage",
                "PlanModel", "PlanValues", "Reporting", "SeededRandom", "ShadowTag", "Timebase", "Traffic",
                "Verdicts", "PaymentStack", "StackVocabulary",
            ]),
        tests(
            "SpillwayCLITests",
            [
                "Capacity", "Cryptography", "Diagnostics", "Drill", "EventLoop", "Evidence", "HTTPService", "HTTPWire",
                "Histogram",
                "JSON", "LoadDriver", "Numerals", "Peers", "PlanLanguage", "PlanModel", "Reporting", "SQLite",
                "SampleRuns",
                "ShadowTag", "SpillwayCLI", "TestFolders", "Timebase", "Traffic", "Verdicts", "StackVocabulary",
            ]),
        .executableTarget(name: "spillway", dependencies: ["SpillwayCLI"], swiftSettings: swiftSettings),

        // Benchmarks
        .target(name: "CAllocationCount", path: "Benchmarks/CAllocationCount"),
        benchmark("RuntimeBench", ["Cryptography", "EventLoop", "HTTPService", "HTTPWire", "SeededRandom"]),
        .target(
            name: "BenchSupport",
            dependencies: ["CAllocationCount", "Cryptography", "HTTPService", "HTTPWire", "ShadowTag"],
            path: "Benchmarks/BenchSupport",
            swiftSettings: swiftSettings),
        benchmark("WireBench", ["BenchSupport", "HTTPWire"]),
        benchmark(
            "EvidenceBench",
            [
                "CAllocationCount", "ChannelProfile", "Diagnostics", "Evidence", "Money", "PlanLanguage", "PlanModel",
                "SQLite", "SeededRandom", "Timebase",
            ]),
        benchmark(
            "DriverBench",
            [
                "Diagnostics", "EventLoop", "Evidence", "Journeys", "LoadDriver", "Peers", "PlanLanguage", "PlanModel",
                "Traffic",
            ]),
        benchmark(
            "MockBench",
            [
                "BenchSupport", "ChannelMock", "ChannelProfile", "Diagnostics", "EventLoop", "Evidence", "HTTPService",
                "HTTPWire", "PlanValues",
            ]),
        benchmark(
            "StackBench",
            [
                "BenchSupport", "ChannelMock", "ChannelProfile", "Cryptography", "Diagnostics", "EventLoop", "Evidence",
                "HTTPService", "HTTPWire", "PaymentStack", "Peers", "PlanValues", "StackVocabulary", "Timebase",
            ]),
        benchmark(
            "AuditBench",
            [
                "Audit", "ChannelProfile", "EventLoop", "Evidence", "SQLite", "SeededRandom", "StackVocabulary",
                "Timebase",
            ]),
        benchmark(
            "JudgeBench",
            ["Diagnostics", "EventLoop", "Evidence", "PlanLanguage", "PlanModel", "Timebase", "Verdicts"]),
        benchmark("ReportBench", ["EventLoop", "Evidence", "Reporting", "Timebase"]),
        benchmark("StoreBench", ["EventLoop", "PaymentStack", "Timebase"]),
        benchmark("TrafficBench", ["SeededRandom", "Timebase", "Traffic"]),
        benchmark(
            "JourneyBench",
            ["BenchSupport", "Diagnostics", "Journeys", "PlanLanguage", "PlanModel", "SeededRandom", "Timebase"]),

        // Whole drills drawn from seeds, for scripts/simulate; the other fuzzers are compiled by scripts/fuzz.
        .target(
            name: "DrillFuzz",
            dependencies: [
                "Audit", "ChannelProfile", "Diagnostics", "Drill", "EventLoop", "Evidence", "JSON", "Peers",
                "PlanLanguage", "PlanModel", "PlanValues", "Reporting", "SeededRandom", "StackVocabulary", "Timebase",
                "Verdicts",
            ], path: "Fuzz/DrillFuzz", swiftSettings: swiftSettings),
        .executableTarget(
            name: "DrillFuzzer", dependencies: ["DrillFuzz", "EventLoop", "Timebase"],
            path: "Fuzz/DrillFuzzer", swiftSettings: swiftSettings),
        tests("DrillFuzzTests", ["DrillFuzz", "StackVocabulary", "Tidy"]),

        // Folders that go with their test.
        .target(name: "TestFolders", path: "Tests/TestFolders", swiftSettings: swiftSettings),
        // Made-up runs for the tests of what reads them.
        .target(
            name: "SampleRuns", dependencies: ["Evidence", "Histogram", "SeededRandom", "Timebase"],
            path: "Tests/SampleRuns", swiftSettings: swiftSettings),
        // What tests of several targets share.
        .target(
            name: "ScriptedPeers", dependencies: ["Cryptography", "EventLoop", "HTTPService", "HTTPWire"],
            path: "Tests/ScriptedPeers", swiftSettings: swiftSettings),

        // The built executable as a child, against live servers.
        tests(
            "IntegrationTests",
            [
                "ChannelProfile", "Cryptography", "Diagnostics", "EventLoop", "Evidence", "HTTPService", "HTTPWire",
                "Histogram",
                "JSON", "PlanLanguage", "PlanModel", "Reporting", "StackVocabulary",
                "TestFolders", "Timebase",
            ]),

        // The habits of the project, checked.
        .target(name: "Tidy", path: "Tests/Tidy", swiftSettings: swiftSettings),
        tests("TidyTests", ["Tidy"]),
    ]
)
