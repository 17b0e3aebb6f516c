import Cryptography

/// The fingerprint of a plan as it is run: its text, what it includes, and what was set on the command line. Runs of
/// equal fingerprints compare.
///
/// Where the target stands is no part of it when it was set: the same plan is run against one build and another.
struct PlanDigest {
    private var hash = SHA256()

    mutating func add(_ bytes: [UInt8]) {
        // A length before each part, so that no two sets of parts are written alike.
        let prefix = Array("\(bytes.count):".utf8)
        hash.update(prefix.span)
        hash.update(bytes.span)
    }

    mutating func add(overrides: [String]) {
        for override in overrides where !Self.placed.contains(where: override.hasPrefix) { add(Array(override.utf8)) }
    }

    private static let placed = ["target.url=", "target.services."]

    var text: String { hash.digest().hexadecimal }
}
