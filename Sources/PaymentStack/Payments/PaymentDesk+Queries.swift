import EventLoop
import HTTPService
import JSON
import StackVocabulary
import Timebase

extension PaymentDesk {
    /// `GET /v1/payments/{id}`
    func tellPayment(_ id: RecordID, _ caller: Caller) async throws -> StackAnswer {
        switch await enter(.query, caller) {
        case .refused(let refusal): return StackAnswer(refusal)
        case .admitted(let pass):
            defer { door.leave(pass) }
            // Planted (shadow-leak-cache): what the other namespace has put there is found.
            if setting.has(.shadowLeakCache), let leaked = shelf[id] ?? other?.shelf[id] {
                return StackAnswer(200, leaked.body(channel: name(leaked.channel)))
            }
            do throws(StoreFailure) {
                guard id.namespace == namespace, let payment = try await load(id), caller.owns(payment) else {
                    return StackAnswer(.noSuchPayment)
                }
                return StackAnswer(200, payment.body(channel: name(payment.channel)))
            } catch {
                return refuse(error)
            }
        }
    }

    /// `GET /v1/refunds/{id}`
    func tellRefund(_ id: RecordID, _ caller: Caller) async throws -> StackAnswer {
        switch await enter(.query, caller) {
        case .refused(let refusal): return StackAnswer(refusal)
        case .admitted(let pass):
            defer { door.leave(pass) }
            do throws(StoreFailure) {
                guard id.namespace == namespace, let refund = try await store.refund(id),
                    caller.merchant == nil || caller.merchant == refund.merchant
                else { return StackAnswer(.noSuchRefund) }
                return StackAnswer(200, refund.body)
            } catch {
                return refuse(error)
            }
        }
    }

    /// `GET /v1/cashier/methods`: what a payer may choose from at the moment.
    func tellMethods(_ caller: Caller) async throws -> StackAnswer {
        switch await enter(.cashier, caller) {
        case .refused(let refusal): return StackAnswer(refusal)
        case .admitted(let pass):
            defer { door.leave(pass) }
            let methods = channels.gauges(namespace).map { gauges in
                JSONValue.object([
                    ("channel", .text(channels.names[Int(gauges.channel)])),
                    ("available", .boolean(gauges.breakersOpen == 0)),
                ])
            }
            return StackAnswer(200, JSONValue.object([("methods", .array(methods))]).bytes(.compact))
        }
    }

    private func enter(_ tier: Tier, _ caller: Caller) async -> Entry {
        switch door.begin(tier, caller.urgency, merchant: caller.merchant?.number, until: caller.context.deadline) {
        case .admitted(let pass): .admitted(pass)
        case .refused(let refusal): .refused(refusal)
        case .waits(let turn): await door.wait(for: turn)
        }
    }
}
