package import Timebase

/// Something that happened to one payment, as one of the ledgers tells it.
package struct TraceEvent: Sendable, Equatable {
    /// `driver`, `stack`, `journal`, `bank`, `webhook`
    package var ledger: String
    /// From the run's beginning; nil where that ledger's clock is not known.
    package var at: TimeSpan?
    package var text: String

    package init(ledger: String, at: TimeSpan?, text: String) {
        self.ledger = ledger
        self.at = at
        self.text = text
    }
}
