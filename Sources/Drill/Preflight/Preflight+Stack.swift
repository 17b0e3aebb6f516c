import Cryptography
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import JSON
import Peers
import PlanModel
import ShadowTag
import Timebase

extension Preflight {
    /// Starts the embedded stack where the plan drives one, and asks it whether it is well.
    func startStack(_ key: ShadowKey?, _ banks: RunBanks?) async -> (stack: RunStack?, checks: [PreflightCheck]) {
        guard case .embedded(let span) = plan.target.entry else { return (nil, []) }
        let name = "stack"
        guard let launch = stack, let banks, let key else {
            // Why they were not started is told where they stand.
            return (nil, [PreflightCheck(name, .notObserved, "without its banks the embedded stack is not started")])
        }
        do throws(PartFault) {
            let stack = try await RunStack.start(launch, key, before: banks, on: loop)
            var checks = [PreflightCheck(name, .passed, "listens at \(stack.host.front)")]
            if let warning = stack.record.warning {
                checks.append(PreflightCheck("defects", .warned, warning, at: span))
            }
            return (stack, checks + [await health(of: stack, at: span)])
        } catch {
            let words = "the embedded stack does not start: \(error)"
            return (nil, [PreflightCheck(name, .failed, words, at: span)])
        }
    }

    private func health(of stack: RunStack, at span: SourceSpan) async -> PreflightCheck {
        let name = "stack health"
        guard let origin = try? policy.permit(local: stack.host.front), let client = try? origin.makeClient(on: loop)
        else {
            // Why it may not be hit is told by the check of the entry point.
            return PreflightCheck(name, .notObserved, "the stack listens at \(stack.host.front), which may not be hit")
        }
        defer { client.close() }
        do {
            let request = try HTTPRequest(.get, "/healthz", host: client.origin.host)
            let status = try await client.send(request, until: loop.now + patience).status
            if status == 200 { return PreflightCheck(name, .passed, "it says that it is well") }
            return PreflightCheck(name, .failed, "the embedded stack is not well: /healthz is \(status)", at: span)
        } catch {
            return PreflightCheck(name, .failed, "the embedded stack does not answer: \(error)", at: span)
        }
    }
}

// MARK: Canaries through the stack

extension Preflight {
    /// A payment of one minor unit that bears the run's mark must reach a bank with it, and one whose mark is forged must
    /// reach nobody.
    func canaries(through stack: RunStack, _ banks: RunBanks, _ key: ShadowKey) async -> [PreflightCheck] {
        guard let origin = try? policy.permit(local: stack.host.front), let client = try? origin.makeClient(on: loop)
        else { return [] }
        defer { client.close() }
        return [await canary(through: client, banks, key), await forgery(client, banks, key)]
    }

    private func canary(through client: HTTPClient, _ banks: RunBanks, _ key: ShadowKey) async -> PreflightCheck {
        let (name, order) = ("canary through the stack", banks.order)
        do throws(PartFault) {
            let before = try await banks.seen()
            let tag = key.tag(order.runID, expires: order.expires)
            let status = try await pay(client, "canary-\(order.runID)", marks(tag))
            guard [201, 202, 402].contains(status) else {
                return failed(name, "the embedded stack answers a payment that bears the run's mark with \(status)")
            }
            let after = try await banks.seen()
            if after.untagged > before.untagged {
                return failed(name, "the mark was lost between the stack and a bank")
            }
            guard after.verified > before.verified else {
                return failed(
                    name, "a payment with the run's mark was answered with \(status), and no bank has seen it")
            }
            return PreflightCheck(
                name, .passed, "a payment of one minor unit came to a bank, and its mark was verified")
        } catch {
            return failed(name, "\(error)")
        }
    }

    private func forgery(_ client: HTTPClient, _ banks: RunBanks, _ key: ShadowKey) async -> PreflightCheck {
        let (name, order) = ("canary with a forged mark", banks.order)
        do throws(PartFault) {
            // One who does not have the key, and guesses.
            let guessed = HMACKey(Array(key.secret.bytes.reversed()) + [0])
            let tag = ShadowTag(order.runID, expires: order.expires, key: guessed)
            let status = try await pay(client, "forged-\(order.runID)", marks(tag))
            guard (400..<500).contains(status) else {
                return failed(
                    name, "a payment with a forged mark was let in, and answered with \(status)")
            }
            return PreflightCheck(name, .passed, "it was refused with \(status)")
        } catch {
            return failed(name, "\(error)")
        }
    }

    private func failed(_ name: String, _ words: String) -> PreflightCheck {
        PreflightCheck(name, .failed, words, fix: "take out what is planted in 'stack', or write 'canary: off'")
    }

    private func pay(
        _ client: HTTPClient, _ key: String, _ marks: [(name: [UInt8], value: [UInt8])]
    ) async throws(PartFault) -> UInt16 {
        do {
            var fields = FieldBlock()
            try fields.add("x-merchant", "merchant-1")
            try fields.add("idempotency-key", key)
            for mark in marks { try fields.add(mark.name.span, mark.value.span) }
            let body = JSONValue.object([("amount", .integer(1)), ("currency", .text("EUR"))])
            let request = try HTTPRequest(
                .post, "/v1/payments", host: client.origin.host, fields: fields, body: body.bytes(.compact))
            return try await client.send(request, until: loop.now + patience).status
        } catch {
            throw PartFault("the embedded stack does not answer: \(error)")
        }
    }
}
