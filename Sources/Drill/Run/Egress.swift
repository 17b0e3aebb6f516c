import EventLoop
import Evidence
import Peers
import PlanModel

/// Whom the parts of a run had leave to contact, from what they were given: nothing of ours connects to anyone else.
///
/// How many requests went there is told where somebody counted them: the driver its own, each bank what came to it and
/// what it called back. What an outside stack contacts is not observed.
struct Egress {
    private let preflight: PreflightReport
    private let webhooks: String?

    /// - Parameter webhooks: where the run listens for them, if it does.
    init(_ preflight: PreflightReport, webhooks: String?) {
        self.preflight = preflight
        self.webhooks = webhooks
    }

    func records(of record: RunRecord) -> [EgressRecord] {
        driver(record) + stack() + callbacks(of: preflight.banks, .banks) + callbacks(of: preflight.live, .liveTwins)
    }

    private func driver(_ record: RunRecord) -> [EgressRecord] {
        let twins = record.generator.control?.sent
        // One for each attempt. Of several services nobody counted which had how many.
        let all = preflight.origins.count == 1 ? record.generator.evidenceRecords : nil
        var records: [EgressRecord] = []
        if let proxy = preflight.proxy {
            records.append(EgressRecord(.driver, to: "\(proxy.address)", "the proxy before the target"))
        }
        for (service, origin) in preflight.origins {
            let name = service.map { "the service '\($0)'" } ?? "the target"
            records.append(EgressRecord(.driver, to: origin.url, name, requests: all.map { $0 - min($0, twins ?? 0) }))
            guard let twins else { continue }
            records.append(
                EgressRecord(
                    .driver, to: origin.url, "untagged twins to \(name)",
                    requests: preflight.origins.count == 1 ? twins : nil))
        }
        return records
            + preflight.observed.compactMap { $0 }.map { EgressRecord(.driver, to: $0.url, "observations") }
            + preflight.sources.compactMap { $0 }.map { EgressRecord(.driver, to: $0.url, "sources of evidence") }
    }

    private func stack() -> [EgressRecord] {
        guard preflight.stack != nil else { return [] }
        var records = channels(of: preflight.banks, "shadow") + channels(of: preflight.live, "live")
        if let webhooks { records.append(EgressRecord(.stack, to: webhooks, "notifications")) }
        return records
    }

    private func channels(of banks: RunBanks?, _ side: String) -> [EgressRecord] {
        (banks?.host.channels ?? []).map { channel, address in
            EgressRecord(
                .stack, to: "http://\(address)", "\(side) payments of '\(channel)'",
                requests: banks?.own("requests", of: channel))
        }
    }

    /// A payment says where it is called back; the stack that we start names its own front.
    private func callbacks(of banks: RunBanks?, _ party: EgressRecord.Party) -> [EgressRecord] {
        guard let banks, let stack = preflight.stack else { return [] }
        return banks.host.channels.map { channel, _ in
            EgressRecord(
                party, to: "http://\(stack.host.front)", "callbacks of '\(channel)'",
                requests: banks.own("callbacks_sent", of: channel))
        }
    }
}

extension PermittedOrigin {
    fileprivate var url: String { (security == nil ? "http://" : "https://") + authority }
}
