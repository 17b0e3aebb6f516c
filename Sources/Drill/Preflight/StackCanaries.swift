import ChannelMock
import ChannelProfile
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
import StackVocabulary
import Timebase

/// Goal: before any traffic it is seen, not assumed, that the embedded stack keeps live and shadow apart, and notices what
/// is neither.
///
/// Method: a few requests of one minor unit, of which each must come to one place and to no other; who else saw it is
/// asked of the banks on both sides and of the stack's stores. Their keys are those of `CanaryKeys`.
///
///     marked      -> a shadow bank, with its mark; no live twin
///     forged      -> nobody
///     untagged    -> a live twin, and the live store; no shadow bank, and not the shadow store
///     either one  -> not to be asked for from the other side
///     callbacks   -> an unsigned one is nobody's word; a marked one cannot be about a live payment
///
/// Not here: what takes time to leak (timers, retries). The audit of the run has the whole of it to look at.
struct StackCanaries {
    private let preflight: Preflight
    private let stack: RunStack
    private let banks: RunBanks
    private let live: RunBanks?
    private let key: ShadowKey
    private let keys: CanaryKeys
    private let tag: ShadowTag

    private typealias Marks = [(name: [UInt8], value: [UInt8])]

    init(_ preflight: Preflight, _ stack: RunStack, _ banks: RunBanks, live: RunBanks?, _ key: ShadowKey) {
        self.preflight = preflight
        self.stack = stack
        self.banks = banks
        self.live = live
        self.key = key
        keys = CanaryKeys(runID: banks.order.runID.text)
        tag = key.tag(banks.order.runID, expires: banks.order.expires)
    }

    func checks() async -> [PreflightCheck] {
        guard let origin = try? preflight.policy.permit(local: stack.host.front),
            let client = try? origin.makeClient(on: preflight.loop)
        else { return [] }
        defer { client.close() }
        let teller = Teller(client: client, loop: preflight.loop, patience: preflight.patience)
        var checks: [PreflightCheck] = []
        var marked: String?
        checks.append(
            await check("canary through the stack") { () async throws(PartFault) in
                let payment = try await markedPayment(teller)
                marked = payment
                return "a payment of one minor unit came to a bank, and its mark was verified"
            })
        checks.append(
            await check("canary with a forged mark") { () async throws(PartFault) in try await forgedPayment(teller) })
        if let live {
            checks.append(
                await check("canary without a mark") { () async throws(PartFault) in
                    try await untaggedPayment(teller, live, marked)
                })
        }
        checks.append(
            await check("canary at the callbacks") { () async throws(PartFault) in try await callbacks(teller) })
        return checks
    }

    private func check(
        _ name: String, _ look: () async throws(PartFault) -> String
    ) async -> PreflightCheck {
        do throws(PartFault) {
            return PreflightCheck(name, .passed, try await look())
        } catch {
            return PreflightCheck(
                name, .failed, "\(error)", fix: "take out what is planted in 'stack', or write 'canary: off'")
        }
    }

    // MARK: Payments

    /// Its id, where the stack told one.
    private func markedPayment(_ teller: Teller) async throws(PartFault) -> String? {
        let (before, twins) = (try await banks.seen(), try await live?.seen())
        let answer = try await teller.pay(keys[.marked], preflight.marks(tag))
        guard answer.isTaken else {
            throw PartFault("the embedded stack answers a payment that bears the run's mark with \(answer.status)")
        }
        let after = try await banks.seen()
        if after.untagged > before.untagged { throw PartFault("the mark was lost between the stack and a bank") }
        guard after.verified > before.verified else {
            throw PartFault("a payment with the run's mark was answered with \(answer.status), and no bank has seen it")
        }
        guard try await live?.seen() == twins else {
            throw PartFault("a payment with the run's mark came to a bank of live traffic")
        }
        return answer.id
    }

    private func forgedPayment(_ teller: Teller) async throws(PartFault) -> String {
        // One who does not have the key, and guesses.
        let guessed = HMACKey(Array(key.secret.bytes.reversed()) + [0])
        let forged = ShadowTag(banks.order.runID, expires: banks.order.expires, key: guessed)
        let status = try await teller.pay(keys[.forged], preflight.marks(forged)).status
        guard (400..<500).contains(status) else {
            throw PartFault("a payment with a forged mark was let in, and answered with \(status)")
        }
        return "it was refused with \(status)"
    }

    private func untaggedPayment(
        _ teller: Teller, _ live: RunBanks, _ marked: String?
    ) async throws(PartFault) -> String {
        let (shadowBefore, liveBefore) = (try await banks.seen(), try await live.seen())
        let before = try await stack.count()
        let answer = try await teller.pay(keys[.untagged], [])
        guard answer.isTaken else {
            throw PartFault("the embedded stack answers a payment without a mark with \(answer.status)")
        }
        let (shadowAfter, liveAfter, after) = (try await banks.seen(), try await live.seen(), try await stack.count())
        guard shadowAfter.untagged == shadowBefore.untagged else {
            throw PartFault("a payment without a mark came to a bank of shadow traffic")
        }
        guard liveAfter.verified == liveBefore.verified, liveAfter.mistagged == liveBefore.mistagged else {
            throw PartFault("a payment without a mark was given one by the stack")
        }
        guard liveAfter.untagged > liveBefore.untagged else {
            throw PartFault("a payment without a mark was answered with \(answer.status), and no live twin has seen it")
        }
        guard after.shadow["payments"] == before.shadow["payments"],
            (after.live["payments"] ?? 0) > (before.live["payments"] ?? 0)
        else { throw PartFault("a payment without a mark was written to the shadow store") }
        try await lookAcross(teller, marked: marked, untagged: answer.id)
        return "a payment of one minor unit came to a live twin and to the live store, and to nobody else"
    }

    /// What one side has, the other does not know.
    private func lookAcross(_ teller: Teller, marked: String?, untagged: String?) async throws(PartFault) {
        if let marked, case let status = try await teller.ask(marked, []), status != 404 {
            throw PartFault("who asks without a mark for a marked payment is answered with \(status)")
        }
        if let untagged, case let status = try await teller.ask(untagged, preflight.marks(tag)), status != 404 {
            throw PartFault("who asks with a mark for an untagged payment is answered with \(status)")
        }
    }

    // MARK: Callbacks

    /// The callback's namespace is its reference's, which the bank's signature covers. So one that lost its signature is
    /// refused whatever it says, and one whose mark and reference differ as well.
    private func callbacks(_ teller: Teller) async throws(PartFault) -> String {
        guard let bank = banks.order.profile.channels.first(where: { $0.fixedAnswer == nil }) else {
            return "no bank of this plan calls back"
        }
        let target = "/channel/\(bank.name.value)/callback"
        let stripped = try await teller.send(.post, target, [], body: Self.callback(about: keys[.stripped]))
        guard (400..<500).contains(stripped) else {
            throw PartFault("a callback without a signature and a mark was taken, and answered with \(stripped)")
        }
        let now = preflight.loop.millisecondsSince1970
        let record = RecordID(milliseconds: now, .live, shard: 0, worker: 0, sequence: 0)
        let body = Self.callback(about: "\(record)-p1")
        guard let secret = stack.launch.callbackKey(of: bank.callback?.keyVariable?.value) else {
            return "one without a signature was refused with \(stripped)"
        }
        let stamp = String(preflight.loop.secondsSince1970)
        let signature = StampedSignature.of(
            body.span, stamp: stamp.utf8Span.span, key: HMACKey(Array(secret.utf8))
        ).hexadecimal
        let crossed = try await teller.send(
            .post, target,
            [
                (Array(StampedSignature.timestampField.utf8), Array(stamp.utf8)),
                (Array(StampedSignature.signatureField.utf8), Array(signature.utf8)),
                (Array(MarkJudge.fieldName.utf8), Array(tag.token.utf8)),
            ], body: body)
        guard crossed == 403 else {
            throw PartFault(
                "a marked callback about a live payment was answered with \(crossed), and was to be refused")
        }
        return "one without a signature was refused with \(stripped), a marked one about a live payment with \(crossed)"
    }

    private static func callback(about reference: String) -> [UInt8] {
        JSONValue.object([
            ("reference", .text(reference)), ("status", .text("captured")), ("amount", .integer(1)),
            ("currency", .text("EUR")),
        ]).bytes(.compact)
    }
}

/// Who speaks to the stack's front.
private struct Teller {
    struct Answer {
        let status: UInt16
        let id: String?

        /// Captured, under way, or declined by its bank.
        var isTaken: Bool { [201, 202, 402].contains(status) }
    }

    let client: HTTPClient
    let loop: EventLoop
    let patience: TimeSpan

    private static let merchant = (name: Array("x-merchant".utf8), value: Array("merchant-1".utf8))

    func pay(_ key: String, _ marks: [(name: [UInt8], value: [UInt8])]) async throws(PartFault) -> Answer {
        let body = JSONValue.object([("amount", .integer(1)), ("currency", .text("EUR"))])
        let response = try await answer(
            .post, "/v1/payments", [Self.merchant, (Array("idempotency-key".utf8), Array(key.utf8))] + marks,
            body: body.bytes(.compact))
        let told = try? JSONValue(parsing: Array(response.body))
        return Answer(status: response.status, id: told?["id"]?.string)
    }

    func ask(_ id: String, _ marks: [(name: [UInt8], value: [UInt8])]) async throws(PartFault) -> UInt16 {
        try await answer(.get, "/v1/payments/\(id)", [Self.merchant] + marks).status
    }

    func send(
        _ method: Method, _ target: String, _ fields: [(name: [UInt8], value: [UInt8])], body: [UInt8]
    ) async throws(PartFault) -> UInt16 {
        try await answer(method, target, fields, body: body).status
    }

    private func answer(
        _ method: Method, _ target: String, _ fields: [(name: [UInt8], value: [UInt8])], body: [UInt8]? = nil
    ) async throws(PartFault) -> HTTPResponse {
        do {
            var block = FieldBlock()
            for field in fields { try block.add(field.name.span, field.value.span) }
            let request = try HTTPRequest(method, target, host: client.origin.host, fields: block, body: body)
            return try await client.send(request, until: loop.now + patience)
        } catch {
            throw PartFault("the embedded stack does not answer: \(error)")
        }
    }
}
