import JSON

/// How the arrivals of one stage fared, by what they drew of a name of the plan's data: merchants, mostly.
package struct GroupRecord: Sendable, Equatable {
    /// One value of the pool.
    package struct Member: Sendable, Equatable {
        /// In the pool, from 0.
        package var place: Int
        package var offered: UInt64
        /// Let in, and answered as expected or with a correct "no".
        package var served: UInt64
        package var shed: UInt64

        package init(place: Int, offered: UInt64, served: UInt64, shed: UInt64) {
            self.place = place
            self.offered = offered
            self.served = served
            self.shed = shed
        }
    }

    /// The name of the plan's data.
    package var by: String
    /// In `RunRecord.stages`.
    package var stage: Int
    /// Those of which any arrival was offered, in the order of their places.
    package var members: [Member]

    /// Pools of more share places.
    package static let placesMax = 4_096

    package init(by: String, stage: Int, members: [Member]) {
        self.by = by
        self.stage = stage
        self.members = members
    }
}

extension GroupRecord {
    var json: JSONValue {
        let rows = members.map { member in
            JSONValue.array([
                .count(member.place), .count(member.offered), .count(member.served), .count(member.shed),
            ])
        }
        return .object([("by", .text(by)), ("stage", .count(stage)), ("members", .array(rows))])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        let stage = try place.member("stage")
        guard let number = stage.value.int, number >= 0 else { throw stage.expected("the place of a stage") }
        let members = try place.member("members").map { row throws(RecordFault) in
            let numbers = try row.map { number throws(RecordFault) in try number.uint64() }
            guard numbers.count == 4, let place = Int(exactly: numbers[0]) else {
                throw row.expected("a place and three counts")
            }
            return Member(place: place, offered: numbers[1], served: numbers[2], shed: numbers[3])
        }
        self.init(by: try place.string("by"), stage: number, members: members)
    }
}
