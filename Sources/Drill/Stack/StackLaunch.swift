import ChannelMock
import ChannelProfile
import Cryptography
import Diagnostics
import EventLoop
import Evidence
import Glibc
import JSON
import PaymentStack
import Peers
import PlanModel
import PlanValues
import Reporting
import ShadowTag
import StackVocabulary

/// What the embedded stack of a run is started from: once as words for a child, and once as an order in place. Both say
/// the same.
struct StackLaunch {
    /// A bank, as the stack is told of it.
    struct Bank {
        let name: String
        let address: Address
        /// Of its twin for live traffic; nil: live payments do not go there.
        let live: Address?
        /// Nil where no key is looked at.
        let idempotencyField: String?
        let keepsDeclines: Bool
        /// Of the environment, with the key of its callbacks; nil for the test key.
        let keyVariable: String?
    }

    /// Where the plan asks for it.
    let span: SourceSpan
    let stack: EmbeddedStack
    let profile: ChannelProfile
    let seed: UInt64
    /// For its database.
    let folder: String
    /// Where notifications may go.
    let notify: [NetworkBlock]
    let environment: [String: String]
    let executable: String
    /// 32 hexadecimal digits: who knows them is the operator.
    let token: String

    /// Nil for a plan with another target, or whose banks nobody has read.
    init?(_ order: DrillOrder, runID: RunID) {
        guard case .embedded(let span) = order.plan.target.entry, let profile = order.profile else { return nil }
        self.span = span
        stack = order.plan.stack
        self.profile = profile
        seed = order.seed
        folder = ReportFolder(order.outFolder).stack(ofRun: runID.text)
        notify = order.policy.agreed
        environment = order.environment
        executable = order.executable
        token = order.stackToken
    }

    var setting: StackSetting { stack.setting }

    /// Nil for a store in memory.
    var database: String? { stack.store == .sqlite ? "\(folder)/\(ReportFolder.ledgerName)" : nil }

    func banks(
        _ places: [(name: String, address: Address)], live: [(name: String, address: Address)] = []
    ) -> [Bank] {
        places.compactMap { place in
            profile.channels.first { $0.name.value == place.name }.map { channel in
                Bank(
                    name: place.name, address: place.address, live: live.first { $0.name == place.name }?.address,
                    idempotencyField: channel.idempotency.headerName,
                    keepsDeclines: channel.idempotency.savesFailures,
                    keyVariable: channel.callback?.keyVariable?.value)
            }
        }
    }

    // MARK: In a process of its own

    func program(_ key: ShadowKey, _ banks: [Bank]) -> ChildProcess.Order {
        var words = ["spillway", "stack", "--child", "--setting", setting.json.written(.compact), "--seed", "\(seed)"]
        if let database { words += ["--database", database] }
        for bank in banks {
            words += ["--channels", "\(bank.name)=http://\(bank.address)"]
            if let live = bank.live { words += ["--live-channels", "\(bank.name)=http://\(live)"] }
            words += ["--idempotency", "\(bank.name)=\(bank.idempotencyField ?? "none")"]
            if bank.keepsDeclines { words += ["--keeps-declines", bank.name] }
            if let variable = bank.keyVariable { words += ["--callback-key", "\(bank.name)=\(variable)"] }
        }
        for network in notify { words += ["--notify-allow", "\(network)"] }
        let secrets = [StackSecrets.tokenVariable: token]
        return ChildProcess.Order(
            executable, words, environment: key.environment(from: environment).merging(secrets) { $1 })
    }

    // MARK: In place

    func order(_ key: ShadowKey, _ banks: [Bank]) throws(PartFault) -> StackOrder {
        var channels: [StackChannel] = []
        for bank in banks { channels.append(try channel(bank)) }
        let notifyKey = Self.notifyKey(in: environment)
        var order = StackOrder(
            setting, channels: channels, operatorToken: token,
            notifyPolicy: PeerPolicy(planAllow: notify, permitted: notify), notifyKey: HMACKey(Array(notifyKey.utf8)),
            seed: seed)
        order.shadowKey = HMACKey(key.secret.bytes)
        return order
    }

    /// Signs what it tells merchants.
    static func notifyKey(in environment: [String: String]) -> String {
        environment[StackSecrets.notifyVariable] ?? StackSecrets.notifyTestKey
    }

    /// What a bank signs its callbacks with; nil where its variable is not set.
    func callbackKey(of variable: String?) -> String? {
        guard let variable else { return CallbackSignature.testKey }
        return environment[variable]
    }

    private func channel(_ bank: Bank) throws(PartFault) -> StackChannel {
        let secret = callbackKey(of: bank.keyVariable) ?? CallbackSignature.testKey
        var channel = StackChannel(bank.name, callbackKey: HMACKey(Array(secret.utf8)))
        channel.idempotencyField = bank.idempotencyField
        channel.keepsDeclines = bank.keepsDeclines
        do {
            let policy = PeerPolicy(planAllow: [], permitted: [])
            channel.shadow = try policy.permit(local: bank.address).makeOrigin()
            if let live = bank.live { channel.live = try policy.permit(local: live).makeOrigin() }
        } catch {
            throw PartFault("the bank '\(bank.name)': \(error)")
        }
        return channel
    }

    /// Of a run that was refused: what its stack wrote is nobody's evidence.
    func discard() {
        for name in (try? FolderListing(of: folder))?.names ?? [] where name.hasPrefix(ReportFolder.ledgerName) {
            unsafe _ = unlink("\(folder)/\(name)")
        }
        ReportFolder(folder).removeIfEmpty()
    }
}

extension PeerPolicy {
    /// What the plan and somebody outside it both allow, as networks; empty stands for loopback.
    fileprivate var agreed: [NetworkBlock] {
        let shared = planAllow.flatMap { planned in
            permitted.compactMap { permission in
                if planned.contains(permission.bytes), planned.prefix <= permission.prefix { return permission }
                return permission.contains(planned.bytes) && permission.prefix <= planned.prefix ? planned : nil
            }
        }
        return shared.isEmpty ? [] : shared + ["127.0.0.0/8", "::1/128"].compactMap(NetworkBlock.init)
    }
}
