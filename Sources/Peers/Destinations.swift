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
    /// By how URLs write them: most of a run's begin alike, and differ behind their authority.
    private var heads: [String: Int] = [:]

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
        let end = DestinationURL.headEnd(of: text)
        if let end, let place = heads[String(text[..<end])], known[place].refusal == nil {
            return (known[place], DestinationURL.target(of: text, from: end))
        }
        guard let url = DestinationURL(text) else { throw Refusal(words: "'\(text)' is no absolute http URL") }
        guard !url.origin.isSecure else {
            throw Refusal(words: "\(bounds.what) go over http, not over https as to \(url.origin)")
        }
        let destination = try destination(for: url.origin)
        if let words = destination.refusal { throw Refusal(words: words) }
        if let end, let place = places[destination.name], heads.count < bounds.destinationsMax {
            heads[String(text[..<end])] = place
        }
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
        guard let end = Self.headEnd(of: text), let origin = HTTPAddress(String(text[..<end])) else { return nil }
        self.origin = origin
        target = Self.target(of: text, from: end)
    }

    /// Where scheme and authority end.
    static func headEnd(of text: String) -> String.Index? {
        let letters = text.utf8
        guard let colon = letters.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let rest = letters[colon...]
        guard rest.starts(with: "://".utf8) else { return nil }
        let authority = rest.dropFirst(3)
        return authority.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
            ?? text.endIndex
    }

    /// From the end of its authority to that of its query.
    static func target(of text: String, from end: String.Index) -> String {
        let rest = text.utf8[end...].prefix { $0 != UInt8(ascii: "#") }
        return rest.first == UInt8(ascii: "/") ? String(Substring(rest)) : "/" + Substring(rest)
    }
}
