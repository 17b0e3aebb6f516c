import ChannelMock
import ChannelProfile
import Cryptography
import Diagnostics
import EventLoop
import Glibc
import JSON
import Lease
import Numerals
import PlanLanguage
import PlanValues
import ShadowTag
import Timebase

/// The banks of a profile from their first to their last breath, and what is told about them meanwhile.
///
/// Everything runs on one loop and this thread. A person ends it with Ctrl-C; a drill, whose child it is, by ending the
/// lease: standard input.
struct MockSession {
    private let profile: ChannelProfile
    private let setting: MockSetting
    private let token: String
    private let isTokenOurs: Bool
    private let admin: Address
    private let isChild: Bool
    private let isQuiet: Bool
    private let folder: String
    private let console: Console

    static let tokenVariable = "SPILLWAY_MOCK_TOKEN"
    /// How long requests under way may take when the banks close.
    private static let drainMax = TimeSpan.milliseconds(1_500)

    init(
        _ profile: ChannelProfile, seed: UInt64?, admin: Address, permitted: [NetworkBlock], isChild: Bool,
        isQuiet: Bool, out: String?, _ console: Console
    ) throws {
        self.profile = profile
        self.admin = admin
        self.isChild = isChild
        self.isQuiet = isQuiet
        self.console = console
        folder = try Self.makeFolder(out ?? "reports/mock-\(profile.name)-\(WallTime.now.name)")
        let given = ProcessEnvironment.values[Self.tokenVariable] ?? ""
        isTokenOurs = given.isEmpty
        token = given.isEmpty ? Hexadecimal.text(SystemEntropy().bytes(16).span) : given
        guard token.utf8.count >= 16, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MockFault("\(Self.tokenVariable) is to have at least 16 visible characters of ASCII")
        }
        var setting = MockSetting(runID: "mock-\(profile.name)".prefixed(toBytes: 32))
        setting.seed = seed
        setting.permitted = permitted
        setting.environment = ProcessEnvironment.values
        setting.journals = folder
        setting.tagKey = try ShadowKey.given(in: ProcessEnvironment.values).map { HMACKey($0.secret.bytes) }
        self.setting = setting
    }

    func run() throws -> ExitCode {
        let loop = try EventLoop.live()
        let signals = isChild ? nil : try SignalWatch(on: loop, for: [SIGINT, SIGTERM, SIGHUP])
        let lease = isChild ? Lease(from: loop.now) : nil
        var setting = setting
        setting.lease = lease
        return try loop.run { [setting] () async throws(MockFault) in
            let banks = try MockBanks(profile, setting, on: loop)
            let desk = AdminDesk(over: banks, token: token, readFaults: Self.readFaults)
            try await banks.open()
            let address: Address
            do throws(StreamError) {
                address = try desk.open(on: admin)
            } catch {
                await banks.close(until: loop.now)
                throw MockFault("the admin listener was to be at \(admin): \(error)")
            }
            tellAddresses(banks, admin: address)
            let figures =
                isQuiet || isChild
                ? nil
                : loop.spawn {
                    var figures = MockFigures(
                        of: banks, isInteractive: Terminal.of(STDERR_FILENO).isInteractive, talk: console.talk)
                    await figures.show(banks)
                }
            if let lease { await lease.followInput(on: loop) } else { try? await signals?.wait() }
            figures?.cancel()
            await figures?.join()
            let deadline = loop.now + Self.drainMax
            await banks.close(until: deadline)
            await desk.close(until: deadline)
            if !isChild { tellEnd(banks) }
            return .success
        }
    }

    private static func makeFolder(_ path: String) throws(MockFault) -> String {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/\(part)"
            guard unsafe mkdir(made, 0o777) == 0 || errno == EEXIST else {
                let words = unsafe String(cString: strerror(errno))
                throw MockFault("the folder '\(path)' for the banks' journals cannot be made: \(words)")
            }
        }
        return path
    }

    private static func readFaults(_ text: [UInt8], _ channels: [String]) -> AdminDesk.Reading {
        let outcome = Fault.parse(list: SourceText(name: "faults", bytes: text), channels: channels)
        if let faults = outcome.faults { return .faults(faults) }
        return .mistakes(outcome.diagnostics.map(\.message))
    }

    // MARK: Words

    private func tellAddresses(_ banks: MockBanks, admin: Address) {
        let places = zip(profile.channels, banks.addresses)
        if isChild {
            let line = JSONValue.object([
                ("admin", .text("\(admin)")),
                ("channels", .object(places.map { ($0.name.value, .text("\($1)")) })),
            ])
            return console.result(line.written(.compact))
        }
        for (channel, address) in places {
            let about = channel.about.map { "  \($0)" } ?? ""
            console.result("\(channel.name.value)  http://\(address)\(about)")
        }
        console.result("admin  http://\(admin)  journals in \(folder)")
        for line in examples(banks, admin: admin) { console.talk(line) }
    }

    private func examples(_ banks: MockBanks, admin: Address) -> [String] {
        // A bank that may be asked at once is nicer to play with.
        let index = profile.channels.firstIndex { $0.query.minAge == .zero && $0.fixedAnswer == nil } ?? 0
        let first = profile.channels[index]
        let bank = "http://\(banks.addresses[index])"
        let mark = "-H 'X-Shadow: play'"
        let token = isTokenOurs ? self.token : "$\(Self.tokenVariable)"
        let quote = isTokenOurs ? "'" : "\""
        let bearer = "-H \(quote)Authorization: Bearer \(token)\(quote)"
        let key = first.idempotency.headerName.map { " -H '\($0): k-1'" } ?? ""
        let fault = #"[{"at":"0s","for":"30s","channel":"\#(first.name.value)","error":{"status":503,"rate":"50%"}}]"#
        return [
            "", "to play (another terminal):",
            "  curl \(mark)\(key) \(bank)/v1/authorise -d "
                + #"'{"reference":"pay-1","amount":4900,"currency":"CNY"}'"#,
            "  curl \(mark) \(bank)/v1/capture -d '" + #"{"reference":"cap-1","payment":"pay-1"}"# + "'",
            "  curl \(mark) \(bank)/v1/payments/pay-1",
            "  curl \(bearer) 'http://\(admin)/_mock/statement?channel=\(first.name.value)'",
            "  curl -X PUT \(bearer) http://\(admin)/_mock/faults -d '\(fault)'",
            setting.tagKey == nil
                ? "any mark will do: SPILLWAY_SHADOW_KEY is not set; Ctrl-C ends it"
                : "marks are verified with SPILLWAY_SHADOW_KEY, so 'play' will be refused; Ctrl-C ends it", "",
        ]
    }

    private func tellEnd(_ banks: MockBanks) {
        var table = Table(["channel", "requests", "approved", "declined", "refused", "callbacks", "twice"])
        for bank in banks.banks {
            let counters = bank.counters
            table.add(
                [bank.channel.name.value]
                    + [
                        counters.requests, counters.approved, counters.declined, counters.refused,
                        bank.callbacks.delivered, counters.bookedTwice,
                    ].map { Figures.grouped(Int($0)) })
        }
        for line in table.lines { console.talk(line) }
        console.talk("journals in \(folder)")
    }
}

extension String {
    /// As many of its first characters as fit.
    fileprivate func prefixed(toBytes count: Int) -> String {
        var text = self
        while text.utf8.count > count { text.removeLast() }
        return text
    }
}
