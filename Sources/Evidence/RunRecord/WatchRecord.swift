import JSON

/// What was seen of the embedded stack's books while the run was under way.
package struct WatchRecord: Sendable, Equatable {
    /// How often it was looked.
    package var looks: UInt64 = 0
    /// Of journal, attempts and refunds, together.
    package var rows: UInt64 = 0
    /// The last change that a look has come to.
    package var watermark: Int64 = 0
    /// Looks that did not come to the end of what there was.
    package var behind: UInt64 = 0
    /// Looks that found nobody who answered.
    package var failed: UInt64 = 0
    /// By check, in the order of their names.
    package var violations: [Count] = []

    package struct Count: Sendable, Equatable {
        package var check: String
        package var count: UInt64

        package init(check: String, count: UInt64) {
            (self.check, self.count) = (check, count)
        }
    }

    package init() {}

    package mutating func count(_ check: String) {
        if let place = violations.firstIndex(where: { $0.check == check }) {
            violations[place].count += 1
        } else {
            violations.append(Count(check: check, count: 1))
            violations.sort { $0.check < $1.check }
        }
    }
}

extension WatchRecord {
    var json: JSONValue {
        .object([
            ("looks", .count(looks)), ("rows", .count(rows)), ("watermark", .integer(watermark)),
            ("behind", .count(behind)), ("failed", .count(failed)),
            ("violations", .object(violations.map { ($0.check, .count($0.count)) })),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        self.init()
        looks = try place.count("looks")
        rows = try place.count("rows")
        watermark = try place.member("watermark").int64()
        behind = try place.count("behind")
        failed = try place.count("failed")
        let found = try place.member("violations")
        guard case .object(let members) = found.value else { throw found.expected("an object") }
        for (check, _) in members { violations.append(Count(check: check, count: try found.count(check))) }
    }
}
