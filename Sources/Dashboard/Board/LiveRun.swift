package import Evidence

/// What there is to know of a run before its first request.
package struct LiveRun: Sendable {
    /// Identity, stages and steps; nothing has happened yet.
    package var record: RunRecord
    /// The plan's own.
    package var faults: [FaultRecord]
    /// Mock banks that the run has of its own.
    package var banks: [String]
    /// What is read from elsewhere, in the order of `DriverSecond.observed`.
    package var series: [String]

    package init(record: RunRecord, faults: [FaultRecord], banks: [String], series: [String]) {
        self.record = record
        self.faults = faults
        self.banks = banks
        self.series = series
    }
}

/// How a run ended, for those who have watched it.
package struct LiveEnding: Sendable {
    package struct Judgement: Sendable {
        package var name: String
        /// As report.json has it.
        package var status: String
        package var claim: String
        package var observed: String

        package init(name: String, status: String, claim: String, observed: String) {
            (self.name, self.status, self.claim, self.observed) = (name, status, claim, observed)
        }
    }

    package var verdict: String
    package var headline: String
    package var exitCode: Int
    package var judgements: [Judgement] = []
    /// Where report.html is; nil where there is none.
    package var report: String?
    /// Another run of the same command comes behind it.
    package var hasNext = false

    /// More are left out, and counted.
    static let judgementsMax = 200

    package init(verdict: String, headline: String, exitCode: Int) {
        self.verdict = verdict
        self.headline = headline
        self.exitCode = exitCode
    }
}
