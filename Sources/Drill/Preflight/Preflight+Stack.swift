import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Peers
import PlanModel
import ShadowTag
import Timebase

extension Preflight {
    /// Starts the embedded stack where the plan drives one, and asks it whether it is well.
    func startStack(
        _ key: ShadowKey?, _ banks: RunBanks?, live: RunBanks?
    ) async -> (stack: RunStack?, checks: [PreflightCheck]) {
        guard case .embedded(let span) = plan.target.entry else { return (nil, []) }
        let name = "stack"
        guard let launch = stack, let banks, let key else {
            // Why they were not started is told where they stand.
            return (nil, [PreflightCheck(name, .notObserved, "without its banks the embedded stack is not started")])
        }
        do throws(PartFault) {
            let stack = try await RunStack.start(launch, key, before: banks, live: live, on: loop)
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
