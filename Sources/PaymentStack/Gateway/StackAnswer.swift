import HTTPService
import HTTPWire
import JSON
import StackVocabulary
import Timebase

/// What the stack answers, as bytes that can be kept and sent again.
struct StackAnswer {
    let status: UInt16
    let body: [UInt8]
    private var form = Form.json
    private var retryAfter: Int?
    private var limit: Limit?
    private var allow: String?
    /// It was given before, under the same key.
    private var isReplay = false

    enum Form {
        case json, problem, text
    }

    init(_ status: UInt16, _ body: [UInt8], _ form: Form = .json) {
        self.status = status
        self.body = body
        self.form = form
        retryAfter = Self.patience(status)
    }

    init(_ problem: Problem) {
        status = problem.status
        body = problem.body
        form = .problem
        retryAfter = problem.retryAfter
        allow = problem.allow
    }

    init(_ refusal: Refusal) {
        self = Self.refusals[Int(refusal.limit.number)]
        retryAfter = Int(refusal.retryAfter.nanoseconds / 1_000_000_000)
    }

    init(replaying reply: SavedReply) {
        status = reply.status
        body = reply.body
        form = reply.body.span.starts(with: "{\"type\":") ? .problem : .json
        isReplay = true
        retryAfter = Self.patience(status)
    }

    /// No bank could be asked. Under this key that is the answer for good; under another, a little later, one may.
    private static func patience(_ status: UInt16) -> Int? { status == 503 ? 1 : nil }

    func send(_ exchange: HTTPExchange) { exchange.respond(status, fields, body: body) }

    private var fields: FieldBlock {
        var fields =
            switch form {
            case .json: Self.jsonFields
            case .problem: Self.problemFields
            case .text: Self.textFields
            }
        do throws(WireError) {
            if let retryAfter { try fields.add("retry-after", String(retryAfter)) }
            if let allow { try fields.add("allow", allow) }
            if let limit { try fields.add("x-limit", limit.rawValue) }
            if isReplay { try fields.add("idempotent-replayed", "true") }
        } catch {
            preconditionFailure(error.reason)
        }
        return fields
    }

    private static let jsonFields = block("application/json")
    private static let problemFields = block("application/problem+json")
    private static let textFields = block("text/plain; version=0.0.4; charset=utf-8")
    static let linesFields = block("application/x-ndjson")

    private static func block(_ type: String) -> FieldBlock {
        var fields = FieldBlock()
        do throws(WireError) { try fields.add("content-type", type) } catch { preconditionFailure(error.reason) }
        return fields
    }

    /// One for each limit, made once: refusing is to cost next to nothing.
    private static let refusals: [StackAnswer] = Limit.allCases.map { limit in
        var answer = StackAnswer(
            Problem(status: limit.status, kind: "limit-\(limit.rawValue)", detail: limit.words, field: nil))
        answer.limit = limit
        return answer
    }
}

extension Limit {
    fileprivate var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    fileprivate var words: String {
        switch self {
        case .merchant: "this merchant sends more than was agreed"
        case .concurrency: "as much is under way as can be served in time"
        case .queue: "too many wait already"
        case .age: "it waited too long to be worth the work"
        case .deadline: "the deadline leaves no time for the work"
        case .channel: "no channel can be asked at the moment"
        case .store: "the store is behind"
        }
    }
}
