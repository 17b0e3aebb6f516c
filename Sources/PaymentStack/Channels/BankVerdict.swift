// Goal: what a call to a bank came to, so exact that money can be posted by it. Two mistakes cost money: to call executed
// what was not, and to call not executed what was.
// Method: everything that is not surely one or the other is unknown, and asked for later.
//
//     the bank says                                               verdict
//     201 or 200, authorised                                      approved(captured: false)
//     201 or 200, captured, refunded, reversed                    approved(captured: true)
//     202 or 200, pending                                         pending
//     402, declined, with a reason                                declined
//     any of these of another reference, amount or currency       unknown, counted as mismatched
//     any of these as JSON that is broken or says something else  unknown
//     429, 503 with a problem: no place, no quota, maintenance    refused, overloaded
//     503 without a problem: it could not keep what it did        unknown
//     400, 403, 404, 405, 409, 422, 425 with a problem            refused, rejected
//     409 or 400 that is about the idempotency key                unknown: an earlier send is at work or was
//     4xx without a problem, 408, 1xx, 3xx, other 2xx, other 5xx  unknown
//
//     the transport says                                          verdict
//     not sent: no connection, no room in the pool, closed        refused
//     sent and then reset, ended, malformed, truncated            unknown
//     no answer in time                                           unknown
//     no time left before it was sent                             refused
//
// A reference that is sent again stays unknown once it was: a later "refused" says of the later send only that it did
// nothing. A later answer that says how the payment stands counts; "declined" and "pending" do only where the bank keeps
// its declines. Where each send is decided by itself, the one before may be approved yet.

import StackVocabulary

enum BankVerdict: Sendable, Equatable {
    case approved(captured: Bool)
    /// In the bank's word.
    case declined(String)
    /// Told later, by a callback or when it is asked for.
    case pending
    /// Surely not executed: it may be tried elsewhere.
    case refused(BankRefusal)
    /// Nobody knows. Nothing else may be tried.
    case unknown(BankDoubt)
}

/// Why a bank surely has not executed what it was asked for.
enum BankRefusal: Sendable, Equatable {
    /// Too little time was left.
    case deadline
    /// The channel has no origin for this namespace.
    case noOrigin
    /// Its breaker is open.
    case breaker
    /// As much is under way with it as may be.
    case limit
    case unreachable
    /// It was not sent, for want of a connection.
    case unsent
    /// It has said that it does no work at the moment.
    case overloaded(status: UInt16)
    /// It takes no request like this one; the problem's last word.
    case rejected(status: UInt16, String)

    /// The limit of the stack that spoke, if it was one of the stack's own.
    var limit: Limit? {
        switch self {
        case .deadline: .deadline
        case .noOrigin, .breaker, .limit: .channel
        case .unreachable, .unsent, .overloaded, .rejected: nil
        }
    }
}

/// Why nobody knows.
enum BankDoubt: Sendable, Equatable {
    case timeout
    /// The connection broke after something had been sent.
    case broken
    /// An answer that is no HTTP, is cut off, or is no such JSON.
    case malformed
    /// An answer about another reference, amount or currency.
    case mismatched
    /// An earlier send with this key is at work.
    case underWay
    case failed(status: UInt16)
}

/// What became of one call, with all that was sent for it.
struct BankReply: Sendable, Equatable {
    let verdict: BankVerdict
    /// Under this reference.
    var sends: UInt8 = 0
    /// Of these, how many may have been carried out.
    var executions: UInt8 = 0
    /// What the bank knows it by; of several, the last.
    let reference: BankReference

    var outcome: AttemptRecord.Outcome {
        switch verdict {
        case .approved: .approved
        case .declined: .declined
        case .pending: .pending
        case .refused: .refused
        case .unknown: .unknown
        }
    }
}

extension AttemptRecord {
    init(_ reply: BankReply, of channel: ChannelNumber, sentAt: Int64, endedAt: Int64) {
        self.init(
            reference: reply.reference, channel: channel, sentAt: sentAt, endedAt: endedAt, outcome: reply.outcome,
            sends: reply.sends)
    }
}
