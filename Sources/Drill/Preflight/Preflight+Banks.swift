import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Peers
import PlanModel
import PlanValues
import ShadowTag
import Timebase

extension Preflight {
    // MARK: Mock banks

    /// Starts the banks that the plan names: they may be what it drives.
    func startBanks(_ key: ShadowKey?) async -> (banks: RunBanks?, checks: [PreflightCheck]) {
        guard let channels = plan.channels else { return (nil, []) }
        let name = "channels"
        guard let order = banks else {
            let words = "the mock profile '\(channels.value)' was not read"
            return (nil, [PreflightCheck(name, .failed, words, at: channels.span)])
        }
        guard let key else { return (nil, [PreflightCheck(name, .notObserved, "without a key no bank is started")]) }
        return await start(order, key, as: "bank")
    }

    /// The same banks once more, for live traffic. Nothing goes there but the run's own untagged twins, and one probe: what
    /// else they see is a leak, and what they do not see never left.
    func startLiveTwins(
        _ key: ShadowKey?, beside banks: RunBanks?
    ) async -> (banks: RunBanks?, checks: [PreflightCheck]) {
        guard let live, let key, banks != nil else { return (nil, []) }
        return await start(live, key, as: "live twin")
    }

    private func start(
        _ order: BankOrder, _ key: ShadowKey, as title: String
    ) async -> (banks: RunBanks?, checks: [PreflightCheck]) {
        do throws(PartFault) {
            let banks = try await RunBanks.start(order, key, on: loop)
            return (
                banks,
                banks.host.channels.map { PreflightCheck("\(title) \($0.name)", .passed, "listens at \($0.address)") }
            )
        } catch {
            let words = "\(order.title) do not start: \(error)"
            return (nil, [PreflightCheck("channels", .failed, words, fix: error.fix, at: order.span)])
        }
    }

    /// The plan's entry points; one that is a bank or the embedded stack is where that listens.
    func entries(_ banks: RunBanks?, _ stack: RunStack?) -> [(service: String?, url: Located<HTTPAddress>)] {
        plan.target.entry.addresses.compactMap { service, entry in
            switch entry.value {
            case .url(let url): return (service, Located(url, at: entry.span))
            case .channel(let channel):
                return local(banks?.address(of: channel), entry.span).map { (service, $0) }
            case .embedded: return local(stack?.host.front, entry.span).map { (service, $0) }
            }
        }
    }

    /// A part that did not start has been told of.
    func local(_ address: Address?, _ span: SourceSpan) -> Located<HTTPAddress>? {
        address.flatMap { HTTPAddress("http://\($0)") }.map { Located($0, at: span) }
    }

    // MARK: Canaries

    /// Nothing but a mock bank can say whether a tag came through. What stands between the driver and the banks decides
    /// by itself what it passes on, and no probe is made for all of them.
    func canaries(
        _ banks: RunBanks?, live: RunBanks?, _ stack: RunStack?, _ key: ShadowKey?
    ) async -> [PreflightCheck] {
        guard plan.shadow.canary == .required else { return await readiness(banks, live, stack) }
        guard let banks, let key else {
            let words = "whether the stack passes tags on: only a mock bank can tell, and none is started"
            return [PreflightCheck("canary", .notObserved, words)]
        }
        // They are told of where they stand.
        guard plan.shadow.mistakes(in: surroundings.environment).isEmpty else { return [] }
        var checks: [PreflightCheck] = []
        for (channel, address) in banks.host.channels {
            checks.append(await canary(channel, at: address, banks, key))
        }
        if let live {
            for (channel, address) in live.host.channels {
                checks.append(await astrayCanary(channel, at: address, live, key))
            }
        }
        if let stack { checks += await StackCanaries(self, stack, banks, live: live, key).checks() }
        checks += await readiness(banks, live, stack)
        let isDirect = plan.target.entry.addresses.allSatisfy { entry in
            if case .url = entry.address.value { false } else { true }
        }
        if !isDirect {
            let words = "whether the stack passes tags on: the banks count what comes to them without, in the report"
            checks.append(PreflightCheck("canary", .notObserved, words))
        }
        return checks
    }

    /// What banks and stores have counted so far is no part of the run.
    private func readiness(_ banks: RunBanks?, _ live: RunBanks?, _ stack: RunStack?) async -> [PreflightCheck] {
        var checks: [PreflightCheck] = []
        for side in [banks, live].compactMap({ $0 }) {
            do throws(PartFault) {
                try await side.noteBegin()
            } catch {
                let words = "\(side.order.title) cannot be asked: \(error)"
                checks.append(PreflightCheck("channels", .failed, words, at: side.order.span))
            }
        }
        do throws(PartFault) {
            try await stack?.noteBegin()
        } catch {
            let words = "the stores of the embedded stack cannot be counted: \(error)"
            checks.append(PreflightCheck("stack", .failed, words, at: stack?.launch.span))
        }
        return checks
    }

    private func canary(
        _ channel: String, at address: Address, _ banks: RunBanks, _ key: ShadowKey
    ) async -> PreflightCheck {
        let (name, order) = ("canary \(channel)", banks.order)
        let keys = CanaryKeys(runID: order.runID.text)
        guard let rule = order.profile.channels.first(where: { $0.name.value == channel }), rule.fixedAnswer == nil
        else { return PreflightCheck(name, .notObserved, "this bank answers everyone alike") }
        guard let origin = try? policy.permit(local: address), let client = try? origin.makeClient(on: loop) else {
            return PreflightCheck(name, .notObserved, "the bank listens at \(address), which may not be hit")
        }
        defer { client.close() }
        do throws(PartFault) {
            let probe = Probe(client: client, loop: loop, patience: patience)
            let before = try await banks.seen(at: channel)
            let tagged = try await probe.status(
                of: keys[.marked], with: marks(key.tag(order.runID, expires: order.expires)))
            guard tagged == 200 || tagged == 404 else {
                return failed(name, "the bank answers a tagged probe with \(tagged)")
            }
            guard try await banks.seen(at: channel).verified > before.verified else {
                return failed(name, "a tagged probe came through, and the bank could not verify its mark")
            }
            if let words = try await missedLoss(of: keys[.stripped], by: rule, banks, probe) {
                return failed(name, words)
            }
            return PreflightCheck(
                name, .passed,
                "a tagged probe was verified" + (rule.isProbedUntagged ? ", and one without its mark noticed" : ""))
        } catch {
            return failed(name, "\(error)")
        }
    }

    /// One that lost its mark on the way must not pass for one of the drill's. Nil when it was noticed.
    private func missedLoss(
        of key: String, by rule: Channel, _ banks: RunBanks, _ probe: Probe
    ) async throws(PartFault) -> String? {
        guard rule.isProbedUntagged else { return nil }
        let channel = rule.name.value
        let before = try await banks.seen(at: channel)
        let status = try await probe.status(of: key, with: [])
        if rule.untagged == .refuse, status != 403 {
            return "the bank answers an untagged probe with \(status), and was to refuse it"
        }
        return try await banks.seen(at: channel).untagged > before.untagged
            ? nil : "an untagged probe came to the bank, and it did not count it as such"
    }

    /// What no drill may do, done once: a marked request at a bank of live traffic. If nobody would notice it, that no
    /// other came there would prove nothing.
    private func astrayCanary(
        _ channel: String, at address: Address, _ live: RunBanks, _ key: ShadowKey
    ) async -> PreflightCheck {
        let (name, order) = ("canary at the live twin of \(channel)", live.order)
        if order.profile.channels.first(where: { $0.name.value == channel })?.fixedAnswer != nil {
            return PreflightCheck(name, .notObserved, "this bank answers everyone alike")
        }
        guard let origin = try? policy.permit(local: address), let client = try? origin.makeClient(on: loop) else {
            return PreflightCheck(name, .notObserved, "it listens at \(address), which may not be hit")
        }
        defer { client.close() }
        do throws(PartFault) {
            let before = try await live.seen(at: channel)
            let mark = (
                name: Array(MarkJudge.fieldName.utf8),
                value: Array(key.tag(order.runID, expires: order.expires).token.utf8)
            )
            let probe = Probe(client: client, loop: loop, patience: patience)
            _ = try await probe.status(of: CanaryKeys(runID: order.runID.text)[.astray], with: [mark])
            guard try await live.seen(at: channel).verified > before.verified else {
                return failed(name, "a marked request came to the live twin of '\(channel)', and it did not notice")
            }
            return PreflightCheck(name, .passed, "a marked request was noticed")
        } catch {
            return failed(name, "\(error)")
        }
    }

    private func failed(_ name: String, _ words: String) -> PreflightCheck {
        PreflightCheck(
            name, .failed, words,
            fix: "let 'shadow.headers' send '${shadow.token}' as X-Shadow, or write 'canary: off'",
            at: plan.channels?.span)
    }

    func marks(_ tag: ShadowTag) -> [(name: [UInt8], value: [UInt8])] {
        plan.shadow.fields(tag: tag, plan: plan.name, seed: seed, environment: surroundings.environment)
    }
}

/// A question that moves no money.
private struct Probe {
    let client: HTTPClient
    let loop: EventLoop
    let patience: TimeSpan

    /// How a payment stands that there is none of.
    func status(
        of reference: String, with marks: [(name: [UInt8], value: [UInt8])]
    ) async throws(PartFault) -> UInt16 {
        let target = "/v1/payments/\(reference)"
        do {
            var fields = FieldBlock()
            for mark in marks { try fields.add(mark.name.span, mark.value.span) }
            let request = try HTTPRequest(.get, target, host: client.origin.host, fields: fields)
            return try await client.send(request, until: loop.now + patience).status
        } catch {
            throw PartFault("\(error)")
        }
    }
}

extension Channel {
    /// One that raises an alarm is not given a reason to.
    fileprivate var isProbedUntagged: Bool { untagged != .alarm }
}

extension PartFault {
    fileprivate var fix: String? {
        description.contains("EADDRINUSE") ? "end what listens there, or leave 'listen' out in the profile" : nil
    }
}
