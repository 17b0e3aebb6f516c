package import EventLoop
import HTTPService
import HTTPWire
import JSON
import SeededRandom

/// Where the stack's webhooks come in, and journeys wait for them.
///
/// A webhook is about its event (`event` or `type` of its JSON object) and about a subject: the last part of the path
/// that it was sent to, which is the journey's own key when the plan gave `${webhook}` away, or any text in the body,
/// for plans that say `match`. It may come before anyone waits for it; so the last ones are remembered. Each delivery is
/// written down before it is answered, where there is a journal.
package final class WebhookReceiver {
    struct Subject: Hashable {
        let event: String
        let about: [UInt8]
        /// Of both, made once: a dictionary asks for it again whenever a neighbour is taken out.
        private let print: UInt64

        init(event: String, about: [UInt8]) {
            self.event = event
            self.about = about
            print = Seed(0).split(event).split(about.span).bits
        }

        static func == (left: Self, right: Self) -> Bool {
            left.print == right.print && left.about == right.about && left.event == right.event
        }

        func hash(into hasher: inout Hasher) { hasher.combine(print) }
    }

    private let loop: EventLoop
    private let server: HTTPServer
    /// Whether texts of bodies are subjects too.
    private let looksInside: Bool
    private let journal: WebhookJournal?
    private var waiting: [Subject: [Parking]] = [:]
    private var early: [Subject: Int] = [:]
    private var earlyInOrder: [Subject] = []
    private var oldest = 0
    private(set) var malformed: UInt64 = 0
    /// Remembered ones that made room for others, and nobody had waited for.
    private(set) var forgotten: UInt64 = 0

    package static let earlyMax = 65_536
    static let textsMax = 16
    static let textBytesMax = 128

    package init(on loop: EventLoop, looksInside: Bool, journal: WebhookJournal? = nil) {
        self.loop = loop
        self.journal = journal
        self.looksInside = looksInside
        let inbox = Inbox()
        server = HTTPServer(on: loop) { exchange in try await inbox.receiver?.take(exchange) }
        inbox.receiver = self
    }

    /// The address has the port that was chosen.
    package func listen(on address: Address) throws(StreamError) -> Address { try server.listen(on: address) }

    /// The run's traffic begins.
    func begin(at instant: Instant) { journal?.begin(at: instant) }

    /// Deliveries that could not be written down.
    var unwritten: UInt64 { journal?.failures ?? 0 }

    package func drain(until deadline: Instant) async { await server.drain(until: deadline) }

    private func take(_ exchange: HTTPExchange) async throws {
        guard exchange.method == .post else { return exchange.respond(405) }
        let body = try await exchange.collectBody()
        let webhook = try? JSONValue(parsing: body)
        guard let webhook, let event = webhook.eventName else {
            return refuse(exchange, body, webhook, "a webhook is a JSON object with an 'event'\n")
        }
        let about = Self.lastPart(of: exchange.target)
        // What is remembered is bounded in size as well as in number.
        guard event.utf8.count <= Self.textBytesMax, about.count <= Self.textBytesMax else {
            return refuse(exchange, body, webhook, "an event and a path end within 128 bytes\n")
        }
        // Who sent it comes again.
        guard note(exchange, body, webhook, status: 204) else { return exchange.respond(503) }
        arrived(Subject(event: event, about: about))
        if looksInside {
            var texts: [String] = []
            webhook.collectTexts(into: &texts)
            for text in texts { arrived(Subject(event: event, about: Array(text.utf8))) }
        }
        exchange.respond(204)
    }

    /// Of its path; empty where there is none.
    private static func lastPart(of target: String) -> [UInt8] {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        let end = path.lastIndex { $0 != UInt8(ascii: "/") }.map(path.index(after:)) ?? path.startIndex
        let begin = path[..<end].lastIndex(of: UInt8(ascii: "/")).map(path.index(after:)) ?? path.startIndex
        return Array(path[begin..<end])
    }

    private func refuse(_ exchange: HTTPExchange, _ body: [UInt8], _ webhook: JSONValue?, _ words: String) {
        malformed += 1
        let isNoted = note(exchange, body, webhook, status: 400)
        exchange.respond(isNoted ? 400 : 503, body: Array(words.utf8))
    }

    private func note(_ exchange: HTTPExchange, _ body: [UInt8], _ webhook: JSONValue?, status: UInt16) -> Bool {
        journal?.note(exchange, body, webhook, status: status) ?? true
    }

    private func arrived(_ subject: Subject) {
        if let places = waiting.removeValue(forKey: subject) {
            for place in places { place.wake() }
        } else {
            remember(subject)
        }
    }

    private func remember(_ subject: Subject) {
        early[subject, default: 0] += 1
        guard earlyInOrder.count == Self.earlyMax else { return earlyInOrder.append(subject) }
        if forget(earlyInOrder[oldest]) { forgotten += 1 }
        earlyInOrder[oldest] = subject
        oldest = (oldest + 1) % Self.earlyMax
    }

    /// False when it had been waited for since.
    private func forget(_ subject: Subject) -> Bool {
        guard let count = early[subject] else { return false }
        early[subject] = count > 1 ? count - 1 : nil
        return true
    }

    /// False when it had not come by then.
    func wait(for subject: Subject, until deadline: Instant) async -> Bool {
        if early.removeValue(forKey: subject) != nil { return true }
        let place = Parking(loop)
        waiting[subject, default: []].append(place)
        if await place.wait(until: deadline).isReady { return true }
        waiting[subject]?.removeAll { $0 === place }
        if waiting[subject]?.isEmpty == true { waiting[subject] = nil }
        return false
    }
}

/// The server is made before its receiver.
private final class Inbox {
    unowned(safe) var receiver: WebhookReceiver?
}

extension JSONValue {
    var eventName: String? {
        guard case .object(let members) = self else { return nil }
        for name in ["event", "type"] {
            if case .text(let text)? = members.first(where: { $0.0 == name })?.1 { return text }
        }
        return nil
    }

    fileprivate func collectTexts(into texts: inout [String]) {
        guard texts.count < WebhookReceiver.textsMax else { return }
        switch self {
        case .text(let text): if text.utf8.count <= WebhookReceiver.textBytesMax { texts.append(text) }
        case .array(let elements): for element in elements { element.collectTexts(into: &texts) }
        case .object(let members): for member in members { member.1.collectTexts(into: &texts) }
        default: return
        }
    }
}
