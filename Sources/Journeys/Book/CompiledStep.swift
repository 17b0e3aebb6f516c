package import HTTPWire
import PlanValues
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
    let request: CompiledRequest?
    /// What a webhook must be about, or nil for the journey's own address.
    let match: Segments?
    let think: Sampler?
    let condition: CompiledCondition?
    let needs: Needs
    /// Most steps need nothing beyond what was drawn at the journey's beginning.
    let needsNothing: Bool

    init(
        index: Int, position: Int, title: String, kind: Kind, timeout: TimeSpan, request: CompiledRequest?,
        match: Segments?, think: Sampler?, condition: CompiledCondition?, needs: Needs
    ) {
        self.index = index
        self.position = position
        self.title = title
        self.kind = kind
        self.timeout = timeout
        self.request = request
        self.match = match
        self.think = think
        self.condition = condition
        self.needs = needs
        needsNothing = needs.uuid == nil && needs.now == nil && needs.recent.isEmpty && needs.kept.isEmpty
    }

    /// The place of the service in `target.services`; 0 where there is only one.
    package var service: Int { request?.service ?? 0 }
    /// The form of an answer depends on it.
    package var method: Method { request?.method ?? .get }
    package var isConditional: Bool { condition != nil }
    package var keepsValues: Bool { request.map { !$0.expectation.keeps.isEmpty } ?? false }
}

extension CompiledStep: CustomStringConvertible, CustomReflectable {
    package var description: String { title }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension CompiledStep {
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

/// One request as it is rendered.
final class CompiledRequest: Sendable {
    let service: Int
    let method: Method
    let head: Segments
    /// The part of the head behind the target, without its end.
    let marks: Segments
    let signatures: [CompiledSignature]
    /// Known only when it is rendered; nil for a body that never changes.
    let body: Segments?
    /// Which is then this one, behind the length that ends the head. Without signatures the head holds both.
    let ending: (length: [UInt8], body: [UInt8])?
    let expectation: CompiledExpectation

    init(
        service: Int, method: Method, head: Segments, marks: Segments, signatures: [CompiledSignature], body: Segments?,
        ending: (length: [UInt8], body: [UInt8])?,
        expectation: CompiledExpectation
    ) {
        self.service = service
        self.method = method
        self.head = head
        self.marks = marks
        self.signatures = signatures
        self.body = body
        self.ending = ending
        self.expectation = expectation
    }
}
