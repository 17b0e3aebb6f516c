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
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

let package = Package(
    name: "spillway",
    products: [],
    targets: [
        // C: one importing target each.
        .target(name: "CLinux"),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),

        // L0
        module("EventLoop", ["CLinux"]),
        tests("EventLoopTests", ["EventLoop"]),
        module("Cryptography", ["COpenSSL"]),
        tests("CryptographyTests", ["Cryptography"]),
    ]
)
