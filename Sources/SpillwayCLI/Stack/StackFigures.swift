import EventLoop
import HTTPService
import HTTPWire
import Numerals
import Peers
import Timebase

/// What the stack came to, from its own metrics, for whoever ended it.
enum StackFigures {
    private static let patience = TimeSpan.seconds(2)

    /// Families of counters, and what people call them.
    private static let shown = [
        ("offered_total", "offered"), ("admitted_total", "admitted"), ("refused_total", "refused at the door"),
        ("payments_total", "payments"), ("refunds_total", "refunds"), ("replays_total", "answered from the key"),
        ("unknown", "still unknown"), ("callbacks_total", "callbacks of banks"),
        ("callbacks_refused_total", "callbacks refused"), ("store_changes_total", "changes to the ledger"),
    ]

    /// Nothing where they are not to be had.
    static func lines(of front: Address, on loop: EventLoop) async -> [String] {
        let policy = PeerPolicy(planAllow: [], permitted: [])
        guard let origin = try? policy.permit(local: front), let client = try? origin.makeClient(on: loop) else {
            return []
        }
        defer { client.close() }
        guard let request = try? HTTPRequest(.get, "/metrics", host: client.origin.host),
            let response = try? await client.send(request, until: loop.now + patience)
        else { return [] }
        return table(ofMetrics: response.bodyText).lines
    }

    static func table(ofMetrics text: String) -> Table {
        var sums: [String: [String: Double]] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            let series = line[..<space]
            let name = String(series.prefix { $0 != "{" }.trimmingPrefix("spillway_stack_"))
            for namespace in ["live", "shadow"] where series.contains("namespace=\"\(namespace)\"") {
                sums[name, default: [:]][namespace, default: 0] += value
            }
        }
        var table = Table(["", "live", "shadow"])
        for (name, words) in shown {
            guard let row = sums[name] else { continue }
            table.add([words] + ["live", "shadow"].map { Figures.grouped(Int(row[$0] ?? 0)) })
        }
        return table
    }
}
