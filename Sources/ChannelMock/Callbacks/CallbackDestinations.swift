import EventLoop
import Peers
import PlanValues

/// Whom a channel tells: few hosts and ports, each judged once.
final class CallbackDestinations {
    struct Refusal: Error {
        let words: String
    }

    private let loop: EventLoop
    private let policy: PeerPolicy
    private let bounds: CallbackBounds
    private var known: [CallbackDestination] = []

    init(on loop: EventLoop, under policy: PeerPolicy, _ bounds: CallbackBounds) {
        self.loop = loop
        self.policy = policy
        self.bounds = bounds
    }

    /// Where a URL of a request leads, and the target to ask for there.
    func find(_ text: String) throws(Refusal) -> (CallbackDestination, target: String) {
        guard text.utf8.count <= bounds.destinationBytesMax else {
            throw Refusal(words: "a callback's URL has at most \(bounds.destinationBytesMax) bytes")
        }
        guard let url = CallbackURL(text) else { throw Refusal(words: "'\(text)' is no absolute http URL") }
        guard !url.origin.isSecure else {
            throw Refusal(words: "callbacks go over http, not over https as to \(url.origin)")
        }
        let destination = try destination(for: url.origin)
        if let words = destination.refusal { throw Refusal(words: words) }
        return (destination, url.target)
    }

    private func destination(for origin: HTTPAddress) throws(Refusal) -> CallbackDestination {
        let name = origin.description
        if let destination = known.first(where: { $0.name == name }) { return destination }
        guard known.count < bounds.destinationsMax else {
            throw Refusal(
                words: "callbacks go to at most \(bounds.destinationsMax) hosts and ports; \(name) is one more")
        }
        let new = CallbackDestination(name, on: loop)
        new.open(origin, under: policy, bounds)
        // A number that is refused is judged each time it comes. What takes a place is told, or is a name, which is to
        // be resolved once only.
        if new.refusal == nil { known.append(new) }
        return new
    }

    func close() {
        for destination in known { destination.close() }
    }

    func join() async {
        for destination in known { await destination.join() }
    }
}

/// The two parts of a callback's URL.
struct CallbackURL {
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
