// Goal: a decline that somebody tells of ends what it is about only when no other send of that can be under way.
// Method: a bank that keeps its declines declines all sends under one key, or none: its word is final. With any other it is of
// one send:
//
//     told while the call is at work          kept; it counts behind the call if that was one send, and is open
//     told of what was sent more than once    put off: the bank is asked again, behind all sends
//     told of what was authorised meanwhile   no news
//
// Captures, cancellations and refunds bear one name however often they are asked for: theirs are put off always.
// Not here: what a whole statement says of those that are overdue (`Reconciliation`), and what the call itself is answered
// (`ChannelAdapter`).

import StackVocabulary

extension PaymentDesk {
    /// Of a payment, sent more than once.
    func decidesAnew(_ payment: Payment) -> Bool {
        payment.channel.flatMap { channels[$0, namespace]?.decidesAnew } ?? true
    }

    /// Of its captures, cancellations and refunds, which bear one name however often they are asked for.
    func keepsDeclines(_ payment: Payment) -> Bool {
        payment.channel.flatMap { channels[$0, namespace]?.keepsDeclines } ?? false
    }

    /// What it comes to that a payment itself was declined.
    func finding(declined word: String, _ payment: Payment, _ context: RequestContext) -> Finding {
        // Whatever is in doubt by now, its authorisation is not.
        if payment.isInDoubtBehindAuthorisation { return .pending }
        guard decidesAnew(payment) else { return .declined(word) }
        if declines[payment.id] != nil {
            declines[payment.id] = word
            // The call has ended, and nobody could write down how.
            if !atWork.contains(ClientKey(merchant: payment.merchant, key: payment.key)) { chase(payment, context) }
            return .pending
        }
        switch payment.state {
        case .unknown where payment.isInDoubtOfManySends:
            chase(payment, context)
            return .pending
        case .authorized, .captured, .partiallyRefunded, .refunded, .cancelled: return .pending
        default: return .declined(word)
        }
    }

    /// What it comes to that its capture or cancellation was declined: if that is in doubt, what was authorised stays so.
    func finding(amendmentDeclined kind: BankReference.Kind, _ payment: Payment, _ context: RequestContext) -> Finding {
        guard payment.isInDoubt(of: kind) else { return .pending }
        if keepsDeclines(payment) { return .authorized }
        chase(payment, context)
        return .pending
    }

    /// Behind a call, as it stands now.
    func takeDecline(of payment: Payment, _ context: RequestContext) async {
        guard !declines.isEmpty, let word = declines.removeValue(forKey: payment.id), !word.isEmpty else { return }
        let finding = finding(declined: word, payment, context)
        do throws(StoreFailure) {
            _ = try await record(finding, of: payment.id, seen: payment, from: .callback, context: context)
        } catch {
            log("payment \(payment.id): that it was declined could not be written down: \(error)")
        }
    }
}
