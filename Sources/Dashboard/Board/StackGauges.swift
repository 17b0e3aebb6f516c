import Reporting
import StackVocabulary

/// What is read of the stack and of others while a run is under way, as charts: queues and limits, what is under way at each
/// channel, breakers, shares; then each series that the plan asks for.
struct StackGauges {
    private(set) var drawn: [Int] = []
    private(set) var fields: [LiveField] = []
    private(set) var charts: [LiveChart] = []
    private let series: [String]
    private let banks: [String]
    private let vitals: Set<String>

    /// More channels than this share no chart.
    static let channelsMax = 8

    init(_ run: LiveRun) {
        series = run.series
        vitals = Set(StackVital.all(channels: run.banks).map(\.name))
        banks = Array(run.banks.prefix(Self.channelsMax))
        addPlanned()
        add(
            "stack-queue", "Queue and limit of the stack", "payments",
            [(.queueDepth, "waiting", "shed", false), (.inside, "inside", "started", false)]
                + [(.concurrencyLimit, "limit", "limit", true)])
        add(
            "channels-in-flight", "Under way at each channel", "requests; dotted: the limit",
            banks.enumerated().flatMap { place, bank in
                [(.inFlight(bank), bank, Ink.series(place).name, false)]
                    + [(.limit(bank), "limit of \(bank)", Ink.series(place).name, true)]
            })
        add(
            "breakers", "Open breakers", "of each channel",
            banks.enumerated().map { (.breakersOpen($1), $1, Ink.series($0).name, false) })
        add(
            "shares", "Shares of the channels", "of new payments, by the stack's routing",
            banks.enumerated().map { (.share($1), $1, Ink.series($0).name, false) }, merging: .mean)
        // What the plan asks for may be many; what is behind it stands first in reading, and last in the page.
        charts = charts.filter { !$0.id.hasPrefix("series-") } + charts.filter { $0.id.hasPrefix("series-") }
    }

    private mutating func add(
        _ id: String, _ title: String, _ caption: String,
        _ wanted: [(vital: StackVital, name: String, look: String, isDashed: Bool)],
        merging: LiveField.Merging = .max
    ) {
        let found = wanted.compactMap { entry in
            series.firstIndex(of: entry.vital.name).flatMap { place in
                field(place, merging).map {
                    LiveChart.Series(field: $0, name: entry.name, look: entry.look, isDashed: entry.isDashed)
                }
            }
        }
        guard !found.isEmpty else { return }
        charts.append(LiveChart(id: id, title: title, caption: caption, series: found))
    }

    private mutating func addPlanned() {
        for (place, name) in series.enumerated() where !vitals.contains(name) {
            guard let field = field(place, .max) else { return }
            charts.append(
                LiveChart(
                    id: "series-\(place)", title: name, caption: "observed, as the plan asks",
                    series: [LiveChart.Series(field: field, name: name, look: "started")]))
        }
    }

    /// Nil where there is no room for another.
    private mutating func field(_ place: Int, _ merging: LiveField.Merging) -> String? {
        guard drawn.count < LiveFigures.seriesMax else { return nil }
        drawn.append(place)
        fields.append(LiveField(name: "observed_\(place)", merging: merging))
        return fields.last?.name
    }
}
