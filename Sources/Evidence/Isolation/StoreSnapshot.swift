package import JSON

/// How many rows each table of the stack's live and of its shadow store had at one moment of the run.
package struct StoreSnapshot: Sendable, Equatable {
    package enum Moment: String, Sendable, CaseIterable {
        /// When the probes of the preflight had ended.
        case before
        /// When the traffic was over, and what it had left to do was waited for.
        case after
    }

    /// One store, in the order in which it tells its tables.
    package struct Store: Sendable, Equatable {
        package struct Table: Sendable, Equatable {
            package var name: String
            package var rows: UInt64

            package init(_ name: String, rows: UInt64) {
                self.name = name
                self.rows = rows
            }
        }

        package var tables: [Table]
        /// The number of the last change that is counted.
        package var watermark: UInt64

        package init(_ tables: [Table], watermark: UInt64) {
            self.tables = tables
            self.watermark = watermark
        }

        package subscript(table: String) -> UInt64? { tables.first { $0.name == table }?.rows }
    }

    package var moment: Moment
    package var live: Store
    package var shadow: Store

    package init(_ moment: Moment, live: Store, shadow: Store) {
        self.moment = moment
        self.live = live
        self.shadow = shadow
    }
}

extension StoreSnapshot {
    var json: JSONValue {
        .object([("moment", .text(moment.rawValue)), ("live", live.json), ("shadow", shadow.json)])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        let moment = try place.member("moment")
        guard let known = Moment(rawValue: try moment.string()) else {
            throw moment.expected("one of " + Moment.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
        }
        self.init(known, live: try Store(place.member("live")), shadow: try Store(place.member("shadow")))
    }
}

extension StoreSnapshot.Store {
    var json: JSONValue {
        .object([
            ("rows", .object(tables.map { ($0.name, .count($0.rows)) })), ("watermark", .count(watermark)),
        ])
    }

    /// As the stack's operator's desk tells it as well.
    package init(_ place: JSONPlace) throws(RecordFault) {
        let rows = try place.member("rows")
        var tables: [Table] = []
        for (name, _) in rows.value.members ?? [] { tables.append(Table(name, rows: try rows.count(name))) }
        self.init(tables, watermark: try place.count("watermark"))
    }
}
