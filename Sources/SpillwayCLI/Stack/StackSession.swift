import ChannelMock
import Cryptography
import EventLoop
import Glibc
import HTTPService
import JSON
import Lease
import PaymentStack
import Peers
import PlanValues
import ShadowTag
import StackVocabulary
import Timebase

/// The stack from its first to its last breath, and what is told about it meanwhile.
///
/// Everything runs on one loop and this thread, but for the store's own. A person ends it with Ctrl-C; a drill, whose child
/// it is, by ending the lease: standard input.
struct StackSession {
    private let start: StackStart
    private let policy: PeerPolicy
    private let token: String
    private let isTokenOurs: Bool
    private let shadowKey: ShadowKey
    private let notifyKey: HMACKey
    private let environment: [String: String]
    private let console: Console

    /// How long requests under way may take when the stack closes; a run that was killed leaves nobody behind for longer
    /// than two seconds.
    private static let drainMax = TimeSpan.milliseconds(1_500)
    private static let lookUpMax = TimeSpan.seconds(5)

    init(_ start: StackStart, permitted: [NetworkBlock], _ console: Console) throws {
        self.start = start
        self.console = console
        policy = Self.policy(permitted)
        environment = ProcessEnvironment.values
        let given = environment[StackSecrets.tokenVariable] ?? ""
        isTokenOurs = given.isEmpty
        token = given.isEmpty ? Hexadecimal.text(SystemEntropy().bytes(16).span) : given
        guard token.utf8.count >= StackSecrets.tokenBytesMin, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw StackFault(
                "\(StackSecrets.tokenVariable) is to have at least \(StackSecrets.tokenBytesMin) visible characters of ASCII"
            )
        }
        shadowKey = try ShadowKey.find(in: environment, entropy: SystemEntropy().bytes(32))
        notifyKey = HMACKey(
            Array((environment[StackSecrets.notifyVariable] ?? StackSecrets.notifyTestKey).utf8))
    }

    /// Who starts it by hand means what is written: networks are allowed and permitted at once, beside loopback.
    private static func policy(_ networks: [NetworkBlock]) -> PeerPolicy {
        let loopback = ["127.0.0.0/8", "::1/128"].compactMap(NetworkBlock.init)
        return PeerPolicy(planAllow: networks.isEmpty ? [] : networks + loopback, permitted: networks)
    }

    func run() throws -> ExitCode {
        let loop = try EventLoop.live()
        let signals = start.isChild ? nil : try SignalWatch(on: loop, for: [SIGINT, SIGTERM, SIGHUP])
        let lease = start.isChild ? Lease(from: loop.now) : nil
        return try loop.run { () async throws(StackFault) in
            let log = StackLogTail(console)
            var order = try await order(on: loop)
            if !start.isChild { order.log = { _, line in log.tell(line) } }
            let stack = PaymentStack(order, on: loop)
            let places = try await stack.open()
            tell(places, on: loop)
            log.isOpen = true
            if let lease { await lease.followInput(on: loop) } else { try? await signals?.wait() }
            if !start.isChild {
                for line in await StackFigures.lines(of: places.front, on: loop) { console.talk(line) }
            }
            await stack.close(until: loop.now + Self.drainMax)
            return .success
        }
    }

    // MARK: The order

    private func order(on loop: EventLoop) async throws(StackFault) -> StackOrder {
        var channels: [StackChannel] = []
        for bank in start.banks { channels.append(try await channel(bank, on: loop)) }
        var order = StackOrder(
            start.setting, channels: channels, operatorToken: token, notifyPolicy: Self.policy(start.notify),
            notifyKey: notifyKey, seed: start.seed)
        order.database = start.database
        order.listen = start.listen
        order.operatorListen = start.operatorListen
        order.publicAddress = start.publicURL?.description
        order.shadowKey = HMACKey(shadowKey.secret.bytes)
        return order
    }

    private func channel(_ bank: StackStart.Bank, on loop: EventLoop) async throws(StackFault) -> StackChannel {
        var channel = StackChannel(bank.name, callbackKey: try callbackKey(of: bank))
        if let url = bank.shadow { channel.shadow = try await origin(url, of: bank.name, on: loop) }
        if let url = bank.live { channel.live = try await origin(url, of: bank.name, on: loop) }
        channel.idempotencyField = bank.idempotencyField
        channel.keepsDeclines = bank.keepsDeclines
        return channel
    }

    private func callbackKey(of bank: StackStart.Bank) throws(StackFault) -> HMACKey {
        guard let variable = bank.keyVariable else { return HMACKey(Array(CallbackSignature.testKey.utf8)) }
        guard let key = environment[variable], !key.isEmpty else {
            throw StackFault("the callbacks of '\(bank.name)' are verified with '\(variable)', which is not set")
        }
        return HMACKey(Array(key.utf8))
    }

    /// Resolved once, judged, and pinned.
    private func origin(_ url: HTTPAddress, of name: String, on loop: EventLoop) async throws(StackFault) -> HTTPOrigin
    {
        do {
            let found = try await policy.candidates(
                for: url.host, port: UInt16(url.port), on: loop, until: loop.now + Self.lookUpMax)
            let security = url.isSecure ? TLSClientConfiguration() : nil
            return try policy.permit(found.pinned(to: found.allowed[0]), as: url, security: security).makeOrigin()
        } catch let error as PeerError {
            throw StackFault("channel '\(name)': \(error); \(error.fix)")
        } catch {
            throw StackFault("channel '\(name)': \(error)")
        }
    }

    // MARK: Words

    private func tell(_ places: PaymentStack.Places, on loop: EventLoop) {
        if start.isChild {
            let line = JSONValue.object([
                ("front", .text("\(places.front)")), ("operator", .text("\(places.operatorDesk)")),
            ])
            return console.result(line.written(.compact))
        }
        let banner = StackBanner(
            start: start, addresses: places, token: isTokenOurs ? token : nil,
            mark: shadowKey.tag(
                RunID(secondsSince1970: loop.secondsSince1970, entropy: SystemEntropy().bytes(RunID.entropyCount)),
                expires: loop.secondsSince1970 + StackBanner.markSeconds
            ).token)
        for line in banner.places { console.result(line) }
        for line in banner.talk { console.talk(line) }
    }
}
