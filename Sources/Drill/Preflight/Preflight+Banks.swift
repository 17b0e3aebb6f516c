import ChannelProfile
import Diagnostics
import EventLoop
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
        do throws(PartFault) {
            let banks = try await RunBanks.start(order, key, on: loop)
            return (
                banks,
                banks.host.channels.map { PreflightCheck("bank \($0.name)", .passed, "listens at \($0.address)") }
            )
        } catch {
            let words = "the mock banks do not start: \(error)"
            return (nil, [PreflightCheck(name, .failed, words, fix: error.fix, at: channels.span)])
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
    private func local(_ address: Address?, _ span: SourceSpan) -> Located<HTTPAddress>? {
        address.flatMap { HTTPAddress("http://\($0)") }.map { Located($0, at: span) }
    }

    // MARK: Canaries

    /// Nothing but a mock bank can say whether a tag came through. What stands between the driver and the banks decides
    /// by itself what it passes on, and no probe is made for all of them.
    func canaries(_ banks: RunBanks?, _ stack: RunStack?, _ key: ShadowKey?) async -> [PreflightCheck] {
        guard plan.shadow.canary == .required else { return await readiness(banks) }
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
        if let stack { checks += await canaries(through: stack, banks, key) }
        checks += await readiness(banks)
        let isDirect = plan.target.entry.addresses.allSatisfy { entry in
            if case .url = entry.address.value { false } else { true }
        }
        if !isDirect {
            let words = "whether the stack passes tags on: the banks count what comes to them without, in the report"
            checks.append(PreflightCheck("canary", .notObserved, words))
        }
        return checks
    }

    /// What the banks have counted so far is no part of the run.
    private func readiness(_ banks: RunBanks?) async -> [PreflightCheck] {
        guard let banks else { return [] }
        do throws(PartFault) {
            try await banks.noteBegin()
            return []
        } catch {
            let words = "the mock banks cannot be asked: \(error)"
            return [PreflightCheck("channels", .failed, words, at: plan.channels?.span)]
        }
    }

    private func canary(
        _ channel: String, at address: Address, _ banks: RunBanks, _ key: ShadowKey
    ) async -> PreflightCheck {
        let (name, order) = ("canary \(channel)", banks.order)
        guard let rule = order.profile.channels.first(where: { $0.name.value == channel }), rule.fixedAnswer == nil
        else { return PreflightCheck(name, .notObserved, "this bank answers everyone alike") }
        guard let origin = try? policy.permit(local: address), let client = try? origin.makeClient(on: loop) else {
            return PreflightCheck(name, .notObserved, "the bank listens at \(address), which may not be hit")
        }
        defer { client.close() }
        do throws(PartFault) {
            let probe = Probe(
                client: client, loop: loop, target: "/v1/payments/canary-\(order.runID)", patience: patience)
            let before = try await banks.verified(at: channel)
            let tagged = try await probe.status(with: marks(key.tag(order.runID, expires: order.expires)))
            guard tagged == 200 || tagged == 404 else {
                return failed(name, "the bank answers a tagged probe with \(tagged)")
            }
            guard try await banks.verified(at: channel) > before else {
                return failed(name, "a tagged probe came through, and the bank could not verify its mark")
            }
            // One that only counts them is not given one to count.
            if rule.untagged == .refuse, case let status = try await probe.status(with: []), status != 403 {
                return failed(name, "the bank answers an untagged probe with \(status), and was to refuse it")
            }
            return PreflightCheck(name, .passed, "a tagged probe came through and was verified")
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
    let target: String
    let patience: TimeSpan

    func status(with marks: [(name: [UInt8], value: [UInt8])]) async throws(PartFault) -> UInt16 {
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

extension PartFault {
    fileprivate var fix: String? {
        description.contains("EADDRINUSE") ? "end what listens there, or leave 'listen' out in the profile" : nil
    }
}
