import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
package import PlanModel
import PlanValues
package import Timebase

/// Reads series from elsewhere while the traffic runs: one request each period, over a connection of its own.
///
/// It never holds the traffic up, and a value that could not be read is a gap in the series, not a zero.
package final class Observer {
    private let observation: Observation
    private let target: ServiceTarget
    let names: [String]
    private let reader: MetricReader
    private var values: [[Double?]]
    private let period: TimeSpan
    /// Of the last answer, for guards.
    private var latest: [Double?]
    /// A sample counts until the next one can be there, and not for as long as that one is awaited.
    private var freshUntil: Instant?

    /// Values of one series; a longer run reads less often.
    package static let valuesMax = 7_200
    /// So long the answer to the next reading may take, and the last one still counts.
    private static let readingMax = TimeSpan.seconds(1)

    package init(_ observation: Observation, from target: ServiceTarget, length: TimeSpan) {
        self.observation = observation
        self.target = target
        names = observation.series.map(\.name.value)
        reader = MetricReader(observation.series.map { MetricSelector($0.selector) })
        values = names.map { _ in [] }
        latest = names.map { _ in nil }
        let fewest = TimeSpan(nanoseconds: length.nanoseconds / Int64(Self.valuesMax) + 1)
        period = max(observation.every, fewest)
    }

    /// Until it is cancelled.
    func watch(on loop: EventLoop, from start: Instant) async {
        var due = start
        while (try? await loop.sleep(until: due)) != nil {
            let page = await read(until: due + period)
            latest = page.map { reader.values(in: $0) } ?? names.map { _ in nil }
            for index in values.indices { values[index].append(latest[index]) }
            freshUntil = due + period + min(period, Self.readingMax)
            due = due + period
            // What could not be read in time is missing, so that a value stands at its instant.
            while due <= loop.now {
                for index in values.indices { values[index].append(nil) }
                due = due + period
            }
        }
    }

    private func read(until deadline: Instant) async -> [UInt8]? {
        let path = observation.prometheus.value.path
        guard let request = try? HTTPRequest(.get, path.isEmpty ? "/" : path, host: target.authority),
            let response = try? await target.send(request, until: deadline), response.status == 200
        else { return nil }
        return Array(response.body)
    }

    /// Nil where this observer does not know the name, or has read nothing that is fresh.
    func value(of name: String, at now: Instant) -> Double? {
        guard let freshUntil, now <= freshUntil else { return nil }
        return names.firstIndex(of: name).flatMap { latest[$0] }
    }

    /// Of every series, as far as it is fresh.
    func values(at now: Instant) -> [Double?] {
        guard let freshUntil, now <= freshUntil else { return latest.map { _ in nil } }
        return latest
    }

    var records: [ObservedSeries] {
        zip(names, values).map { ObservedSeries(name: $0, every: period, values: $1) }
    }

    /// Together with its task's cancellation: what it asks for now, nobody waits for.
    func abandon() { target.abandon() }

    func close() { target.close() }
}
