package import HTTPWire
package import Timebase

/// One step of a journey, compiled. What it renders is for a `JourneyContext`.
package final class CompiledStep: Sendable {
    package enum Kind: Sendable, Equatable {
        case request
        /// The request is repeated until its answer is `ok`.
        case poll(every: TimeSpan, within: TimeSpan)
        case webhook(event: String, within: TimeSpan)
        case think
    }

    /// Among all steps of all journeys, in the order of the plan; those of setup and teardown come behind.
    package let index: Int
    /// In its own journey.
    package let position: Int
    package let title: String
    package let kind: Kind
    /// From the step's beginning, of one request.
    package let timeout: TimeSpan
    let content: Content

    init(index: Int, position: Int, title: String, kind: Kind, timeout: TimeSpan, content: Content) {
        self.index = index
        self.position = position
        self.title = title
        self.kind = kind
        self.timeout = timeout
        self.content = content
    }

    /// The place of the service in `target.services`; 0 where there is only one.
    package var service: Int { content.request?.service ?? 0 }
    /// The form of an answer depends on it.
    package var method: Method { content.request?.method ?? .get }
    package var isConditional: Bool { content.condition != nil }
    package var keepsValues: Bool { content.request.map { !$0.expectation.keeps.isEmpty } ?? false }
}

extension CompiledStep: CustomStringConvertible, CustomReflectable {
    package var description: String { title }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension CompiledStep {
    struct Content: Sendable {
        var request: CompiledRequest?
        /// What a webhook must be about, or nil for the journey's own address.
        var match: Program?
        var think: Sampler?
        var condition: CompiledCondition?
        var needs = Needs()
    }

    /// Values that have to be there before the step can be rendered.
    struct Needs: Sendable {
        /// Made anew for each request.
        var uuid: Int?
        var now: Int?
        var recent: [(slot: Int, ring: Int)] = []
        var kept: [Int] = []
    }
}

struct CompiledCondition: Sendable {
    let slot: Int
    let values: [ScalarTest]
}

/// One request as it is rendered: opening, target, fields, signatures, length, body.
struct CompiledRequest: Sendable {
    let service: Int
    let method: Method
    /// `POST `
    let opening: [UInt8]
    let target: Program
    /// From the end of the request line to the last field whose value does not depend on the rest.
    let fields: Program
    /// False where the plan gives its own.
    let hasTrace: Bool
    let signatures: [CompiledSignature]
    let body: Program?
    /// With a body that never changes: its length, the empty line, and the body.
    let ending: [UInt8]?
    let expectation: CompiledExpectation
}
