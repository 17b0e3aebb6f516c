extension LayerTable {
    package static let spillway = LayerTable(
        entries: [
            wrapped("CLinux", by: "EventLoop"),
            wrapped("COpenSSL", by: "Cryptography"),
            wrapped("CZlib", by: "Histogram"),
            wrapped("CZstd", by: "Zstandard"),
            wrapped("CYAML", by: "PlanLanguage"),
            wrapped("CSQLite", by: "SQLite"),
            wrapped("CCurl", by: "CurlTransport"),
            wrapped("CNGHTTP2", by: "HTTPWire"),
            wrapped("CPostgreSQL", by: "PaymentStack"),
            wrapped("CHiredis", by: "Fleet"),
        ]
            + row(
                .l0, "Timebase", "Containers", "JSON", "Numerals", "Diagnostics", "SeededRandom", "Money", "Histogram",
                "Zstandard",
                "Cryptography",
                "EventLoop",
                "SQLite")
            + row(.l1, "StackVocabulary", "PlanValues", "ChannelProfile", "PlanModel", "PlanLanguage")
            + row(.l1, "Lease", "HTTPWire", "HTTPService", "ShadowTag", "Peers", "Traffic", "Journeys")
            + row(.l1, "Evidence", "Audit", "Verdicts", "Capacity", "Reporting", "Comparison")
            + row(.l2, "CurlTransport", "ChannelMock", "PaymentStack", "LoadDriver")
            + row(.l3, "Dashboard", "Drill", "Fleet")
            + row(.l4, "SpillwayCLI", "spillway")
            + row(
                .tool, "BenchSupport", "CAllocationCount", "RuntimeBench", "WireBench", "TrafficBench", "JourneyBench",
                "EvidenceBench", "DriverBench", "MockBench", "StackBench", "StoreBench", "AuditBench", "JudgeBench",
                "ReportBench",
                "HTTPWireFuzz", "YAMLFuzz",
                "JSONFuzz",
                "MetricsFuzz",
                "EvidenceFuzz", "JournalFuzz", "StatementFuzz", "SourceFuzz", "DrillFuzz", "DrillFuzzer")
            + row(
                .test, "SampleRuns", "ScriptedPeers", "TestFolders", "Tidy", "TidyTests", "SimulationTests",
                "IntegrationTests"),
        walls: [
            Wall(
                from: ["Audit", "Verdicts", "Capacity", "Reporting", "Comparison"],
                to: [
                    "HTTPWire", "HTTPService", "CurlTransport", "ChannelMock", "PaymentStack", "LoadDriver",
                    "Dashboard", "Drill", "Fleet",
                ],
                reason: "the judge reads only evidence; take what it needs from 'Evidence'"
            ),
            Wall(
                from: ["PaymentStack"], to: ["LoadDriver", "PlanModel", "ChannelMock"],
                reason:
                    "the payment stack meets driver, plan and banks over HTTP only; share words in 'StackVocabulary'"
            ),
            Wall(
                from: ["ChannelMock"], to: ["LoadDriver", "PlanModel", "PaymentStack"],
                reason: "a mock bank meets driver, plan and stack over HTTP only; share words in 'ChannelProfile'"
            ),
        ],
        // C programs that scripts/bench compiles, one against libmicrohttpd.
        foreignFolders: ["Benchmarks/Twins"],
        toolchainModules: [
            "Swift", "_Concurrency", "Synchronization", "Glibc", "FoundationEssentials", "Testing",
            "PackageDescription",
        ]
    )

    private static func wrapped(_ target: String, by importer: String) -> Entry {
        Entry(target: target, layer: .c, importer: importer)
    }

    private static func row(_ layer: Layer, _ targets: String...) -> [Entry] {
        targets.map { Entry(target: $0, layer: layer) }
    }
}
