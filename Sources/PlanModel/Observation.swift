package import Diagnostics
package import PlanValues
package import Timebase

/// Series that are read from elsewhere while the traffic runs.
package struct Observation: Sendable {
    package let prometheus: Located<MetricsSource>
    package let every: TimeSpan
    package let series: [(name: Located<String>, selector: String)]

    package init(
        prometheus: Located<MetricsSource>, every: TimeSpan, series: [(name: Located<String>, selector: String)]
    ) {
        self.prometheus = prometheus
        self.every = every
        self.series = series
    }
}

/// Where metrics are scraped.
package enum MetricsSource: Sendable, Equatable {
    case url(HTTPAddress)
    /// The embedded stack's own; where it listens is known when it does.
    case stack

    /// Of a request for them.
    package var path: String {
        switch self {
        case .url(let url): url.path
        case .stack: "/metrics"
        }
    }
}

/// When to abort: a condition that held for a while.
package struct Guard: Sendable {
    package enum Subject: Sendable, Equatable {
        case errorRatio, shedRatio, unknownRatio, dropped, requests, inFlight
        /// What the watch over the embedded stack's books has found so far.
        case moneyViolations
        case latency(percentile: Double)
        case series(String)
    }

    package let subject: Subject
    /// The limit is an upper one.
    package let isAbove: Bool
    /// Ratios from 0 to 1, latencies in nanoseconds, series as they are.
    package let limit: Double
    /// Zero for at once.
    package let span: TimeSpan
    package let text: Located<String>

    package init(subject: Subject, isAbove: Bool, limit: Double, span: TimeSpan, text: Located<String>) {
        self.subject = subject
        self.isAbove = isAbove
        self.limit = limit
        self.span = span
        self.text = text
    }
}
