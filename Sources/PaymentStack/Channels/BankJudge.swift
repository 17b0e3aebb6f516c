import EventLoop
import HTTPService
import JSON
import Money
import StackVocabulary

/// What was asked, and what its answer means: the table at `BankVerdict`.
struct BankJudge: Sendable {
    let reference: BankReference
    let amount: Money
    let capturesAtOnce: Bool

    /// The same under the next attempt's name.
    var renamed: BankJudge {
        let next = BankReference(reference.record, reference.kind, attempt: reference.attempt % 255 + 1)
        return BankJudge(reference: next, amount: amount, capturesAtOnce: capturesAtOnce)
    }

    /// One send's end.
    struct Finding {
        let verdict: BankVerdict
        /// In whole seconds, as the bank asked for it.
        var retryAfter: Int64?

        init(_ verdict: BankVerdict, retryAfter: Int64? = nil) {
            self.verdict = verdict
            self.retryAfter = retryAfter
        }
    }

    func finding(_ response: HTTPResponse) -> Finding {
        switch response.status {
        case 200, 201, 202, 402: Finding(verdict(response))
        case 408: Finding(.unknown(.failed(status: response.status)))
        case 400..<500, 503: refusal(response)
        default: Finding(.unknown(.failed(status: response.status)))
        }
    }

    private func verdict(_ response: HTTPResponse) -> BankVerdict {
        let body = response.bytes.span.extracting(response.headCount..<response.bytes.count)
        guard let answer = BankAnswer(body) else { return .unknown(.malformed) }
        guard answer.reference == reference, answer.amount == amount.minor, answer.currency == amount.currency else {
            return .unknown(.mismatched)
        }
        let isNo = response.status == 402
        switch (answer.status, reference.kind) {
        case (.declined, _) where isNo || response.status == 202 || response.status == 201:
            return .declined(answer.reason(in: body))
        case _ where isNo: return .unknown(.mismatched)
        case (.pending, _): return .pending
        case (.authorised, .payment) where !capturesAtOnce: return .approved(captured: false)
        case (.captured, .payment) where capturesAtOnce: return .approved(captured: true)
        case (.captured, .capture), (.reversed, .reverse), (.refunded, .refund): return .approved(captured: true)
        default: return .unknown(.mismatched)
        }
    }

    private func refusal(_ response: HTTPResponse) -> Finding {
        guard let kind = response.problemKind else { return Finding(.unknown(.failed(status: response.status))) }
        if kind.contains("idempotency") { return Finding(.unknown(.underWay), retryAfter: response.retryAfter) }
        if response.status == 429 || response.status == 503 {
            return Finding(.refused(.overloaded(status: response.status)), retryAfter: response.retryAfter)
        }
        return Finding(.refused(.rejected(status: response.status, kind)))
    }

    /// What failed on the way.
    static func verdict(_ error: HTTPClientError) -> BankVerdict {
        if error.mayHaveBeenSent {
            switch error.cause {
            case .timedOut: .unknown(.timeout)
            case .malformed, .tooManyInterimResponses: .unknown(.malformed)
            default: .unknown(.broken)
            }
        } else {
            switch error.cause {
            case .timedOut, .poolTimedOut: .refused(.deadline)
            case .unreachable: .refused(.unreachable)
            default: .refused(.unsent)
            }
        }
    }
}

extension HTTPResponse {
    /// The last part of a problem's type (RFC 9457): `quota`. Nil for an answer that is no problem.
    var problemKind: String? {
        guard field("content-type")?.hasPrefix("application/problem+json") == true,
            let type = Self.type.find(in: bytes.span.extracting(headCount..<bytes.count)), type.kind == .text
        else { return nil }
        let text = bytes[(headCount + type.range.lowerBound)..<(headCount + type.range.upperBound)]
        let word = text.lastIndex(of: UInt8(ascii: "/")).map { text[($0 + 1)...] } ?? text
        return String(decoding: word.prefix(64), as: UTF8.self)
    }

    /// In whole seconds; nil where it is absent, or a date.
    var retryAfter: Int64? { field("retry-after").flatMap { $0.utf8Span.span.decimal } }

    private static let type = JSONPathScan([.member("type")])
}
