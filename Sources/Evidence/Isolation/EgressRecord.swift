import JSON

/// An origin that a part of the run was given leave to contact: nothing of ours had leave for any other.
///
/// What an outside stack contacts is its own affair, and is not observed.
package struct EgressRecord: Sendable, Equatable {
    package enum Party: String, Sendable, CaseIterable {
        case driver, stack, banks
        case liveTwins = "live_twins"
    }

    package var by: Party
    /// `http://127.0.0.1:9101`
    package var origin: String
    /// `the target`, `shadow payments of 'icbc'`.
    package var purpose: String
    /// Nil where nobody counted them.
    package var requests: UInt64?

    package init(_ by: Party, to origin: String, _ purpose: String, requests: UInt64? = nil) {
        self.by = by
        self.origin = origin
        self.purpose = purpose
        self.requests = requests
    }
}

extension EgressRecord {
    var json: JSONValue {
        .present([
            ("by", .text(by.rawValue)), ("origin", .text(origin)), ("purpose", .text(purpose)),
            ("requests", requests.map { .count($0) }),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        let by = try place.member("by")
        guard let party = Party(rawValue: try by.string()) else {
            throw by.expected("one of " + Party.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
        }
        self.init(
            party, to: try place.string("origin"), try place.string("purpose"),
            requests: try place.optional("requests")?.uint64())
    }
}
