package import ChannelProfile
package import StackVocabulary

/// All that a run has left, before anybody has looked at it: where the bytes of each source are, and whether they are all
/// there. Of a live run they are files, of a simulated one they are in memory.
///
/// **What it does not do.** It reads nothing. A source that is torn or missing is told, so that nobody takes silence for
/// innocence.
package struct CollectedEvidence: Sendable {
    package enum State: Sendable, Equatable {
        case whole
        /// Its end is missing, or part of it was lost: why, in words.
        case torn(String)
        /// There is nothing: why, in words.
        case missing(String)
    }

    /// Where one text is.
    package enum Place: Sendable, Equatable {
        case file(String)
        /// Its pieces, as they came.
        case memory([[UInt8]])
    }

    /// Where a journal's segments are.
    package enum Journal: Sendable {
        case folder(String)
        case memory(JournalInMemory)
    }

    /// A table of the stack's, as its operator was told it (docs/formats/ledger.md). The last line is the watermark.
    package struct Export: Sendable, Equatable {
        package var namespace: Namespace
        /// `payments`, `refunds`, `attempts`, `journal`, `balances`, `notifications`
        package var table: String
        package var place: Place
        package var state: State
        /// As the last line says; nil where there is none.
        package var rows: Int64?
        package var watermark: Int64?

        package init(
            _ namespace: Namespace, _ table: String, place: Place, state: State, rows: Int64? = nil,
            watermark: Int64? = nil
        ) {
            (self.namespace, self.table, self.place, self.state) = (namespace, table, place, state)
            (self.rows, self.watermark) = (rows, watermark)
        }

        package static let tables = ["payments", "refunds", "attempts", "journal", "balances", "notifications"]
    }

    /// What the stack itself has written down.
    package enum Stack: Sendable, Equatable {
        /// The run had no stack of its own.
        case none
        /// Of a stack in memory: for each namespace and table, in their orders.
        case exports([Export])
        /// It was in memory, and the stack has gone with it: why, in words.
        case missing(String)
        /// The file of a ledger, once the stack has ended; with separate databases the shadow's is beside it.
        case ledger(String, State)
    }

    /// One bank: what it saw, and what it says.
    package struct Channel: Sendable {
        package var name: String
        /// Of which side of the stack it was a bank.
        package var namespace: Namespace
        package var journal: Journal
        package var journalState: State
        package var statement: Place
        package var statementForm: StatementRule.Form
        package var statementState: State

        package init(
            _ name: String, _ namespace: Namespace, journal: Journal, journalState: State,
            statement: Place, statementForm: StatementRule.Form, statementState: State
        ) {
            (self.name, self.namespace) = (name, namespace)
            (self.journal, self.journalState) = (journal, journalState)
            (self.statement, self.statementForm) = (statement, statementForm)
            self.statementState = statementState
        }
    }

    /// A sample of the stack's metrics, by its name with its labels, as they were before the traffic and behind it; nil
    /// where it was not there.
    package struct Counter: Sendable, Equatable {
        /// `spillway_stack_store_rows_total{namespace="live"}`
        package var name: String
        package var before: Double?
        package var after: Double?

        package init(_ name: String, before: Double?, after: Double?) {
            (self.name, self.before, self.after) = (name, before, after)
        }
    }

    /// What the driver sent.
    package var requests: Journal
    package var requestsState = State.whole
    /// What came to the sink of webhooks; nil for a plan without one.
    package var webhooks: Journal?
    package var webhooksState = State.whole
    package var stack = Stack.none
    /// The stack's logs, a text of JSON a line; they have no watermark. Empty where there is no stack.
    package var logs: [Export] = []
    /// In the order in which the stack tells them.
    package var counters: [Counter] = []
    package var countersState = State.whole
    package var channels: [Channel] = []
    /// What the plan declares of a stack of others.
    package var sources: [CollectedSource] = []

    package init(requests: Journal) {
        self.requests = requests
    }

    /// What is not whole, each in words.
    package var gaps: [String] {
        var sources: [(String, State)] = [
            ("the driver's evidence", requestsState), ("the journal of webhooks", webhooksState),
            ("the stack's counters", countersState),
        ]
        switch stack {
        case .none: break
        case .missing(let reason): sources.append(("what the stack had written down", .missing(reason)))
        case .ledger(_, let state): sources.append(("the stack's ledger", state))
        case .exports(let exports):
            sources += exports.map { ("the stack's export of \($0.namespace.name) \($0.table)", $0.state) }
        }
        sources += logs.map { ("the stack's \($0.namespace.name) log", $0.state) }
        for channel in channels {
            sources.append(
                ("the journal of the \(channel.namespace.name) bank '\(channel.name)'", channel.journalState))
            sources.append(
                ("the statement of the \(channel.namespace.name) bank '\(channel.name)'", channel.statementState))
        }
        return sources.compactMap { source, state in
            switch state {
            case .whole: nil
            case .torn(let reason): "\(source) is torn: \(reason)"
            case .missing(let reason): "\(source) is missing: \(reason)"
            }
        }
    }
}
