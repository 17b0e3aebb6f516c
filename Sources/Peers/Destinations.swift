package import EventLoop
import PlanValues
package import Timebase

/// How many hosts somebody tells things, and how.
package struct DestinationBounds: Sendable {
    /// Of whom the words of a refusal speak: "callbacks".
    package var what: String
    /// Hosts and ports that are told; what would be one more is refused.
    package var destinationsMax = 16
    package var bytesMax = 2_048
    /// To each of them.
    package var connectionsMax = 64
    package var resolveWithin = TimeSpan.seconds(10)

    package init(_ what: String) {
        self.what = what
    }
}

/// Whom somebody tells what happened, by URLs that came from outside: few hosts and ports, each judged once.
package final class Destinations {
    package struct Refusal: Error {
        package let words: String
    }

    private let loop: EventLoop
    private let policy: PeerPolicy
    private let bounds: DestinationBounds
    /// In the order in which they came.
    private var known: [Destination] = []
    private var places: [String: Int] = [:]

    package init(on loop: EventLoop, under policy: PeerPolicy, _ bounds: DestinationBounds) {
        self.loop = loop
        self.policy = policy
        self.bounds = bounds
    }

    /// Where a URL of a request leads, and the target to ask for there.
    package func find(_ text: String) throws(Refusal) -> (Destination, target: String) {
        guard text.utf8.count <= bounds.bytesMax else {
            throw Refusal(words: "a URL for \(bounds.what) has at most \(bounds.bytesMax) bytes")
        }
        guard let url = DestinationURL(text) else { throw Refusal(words: "'\(text)' is no absolute http URL") }
        guard !url.origin.isSecure else {
            throw Refusal(words: "\(bounds.what) go over http, not over https as to \(url.origin)")
        }
        let destination = try destination(for: url.origin)
        if let words = destination.refusal { throw Refusal(words: words) }
        return (destination, url.target)
    }

    private func destination(for origin: HTTPAddress) throws(Refusal) -> Destination {
        let name = origin.description
        if let place = places[name] { return known[place] }
        guard known.count < bounds.destinationsMax else {
            throw Refusal(
                words: "\(bounds.what) go to at most \(bounds.destinationsMax) hosts and ports; \(name) is one more")
        }
        let new = Destination(name, on: loop)
        new.open(origin, under: policy, bounds)
        // A number that is refused is judged each time it comes. What takes a place is told, or is a name, which is to
        // be resolved once only.
        if new.refusal == nil {
            places[name] = known.count
            known.append(new)
        }
        return new
    }

    package func close() {
        for destination in known { destination.close() }
    }

    package func join() async {
        for destination in known { await destination.join() }
    }
}

/// The two parts of such a URL.
struct DestinationURL {
    let origin: HTTPAddress
    let target: String

    /// Nil for what is no absolute http or https URL.
    init?(_ text: String) {
        guard let scheme = text.firstRange(of: "://") else { return nil }
        let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let origin = HTTPAddress(String(text[..<authority.endIndex])) else { return nil }
        self.origin = origin
        let rest = text[authority.endIndex...].prefix { $0 != "#" }
        target = rest.hasPrefix("/") ? String(rest) : "/" + rest
    }
}
