/// What became of one source of evidence.
package struct SourceStanding: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case whole
        /// Read as far as it goes: what is in it counts, and nothing follows from what is not.
        case torn
        /// It should be there.
        case missing
        /// The run has none.
        case none
    }

    package var name: String
    package var state: State
    /// Of `evidence.db`, that it fills.
    package var tables: [String]
    package var rows: Int64
    /// In words; empty where nothing is wrong.
    package var fault: String

    package init(name: String, state: State, tables: [String], rows: Int64 = 0, fault: String = "") {
        self.name = name
        self.state = state
        self.tables = tables
        self.rows = rows
        self.fault = fault
    }
}
