import Diagnostics
import EventLoop
import JSON
import PlanValues
import StackVocabulary
import Timebase

/// What a command line says of the stack, before anything is looked up or opened.
struct StackStart {
    /// A bank as it was named.
    struct Bank {
        let name: String
        var shadow: HTTPAddress?
        var live: HTTPAddress?
        /// Nil where no key is looked at.
        var idempotencyField: String? = "Idempotency-Key"
        var keepsDeclines = false
        var keyVariable: String?
    }

    let setting: StackSetting
    let banks: [Bank]
    let database: String?
    let listen: Address
    let operatorListen: Address
    let publicURL: HTTPAddress?
    let notify: [NetworkBlock]
    let seed: UInt64
    let isChild: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        setting = try Self.setting(arguments)
        banks = try Self.banks(arguments)
        database = arguments.text("--database")
        if database == "" { throw UsageError("'--database' needs the path of a file") }
        listen = try arguments.address("--listen", default: .loopback())
        operatorListen = try arguments.address("--operator", default: .loopback())
        guard operatorListen.isLoopback else {
            throw UsageError(
                "'--operator \(operatorListen)' is not on loopback; the operator's place is this machine alone")
        }
        publicURL = try Self.url("--public-url", arguments.text("--public-url"))
        notify = try Self.networks(arguments)
        seed = try arguments.seed("--seed") ?? 1
        isChild = arguments.has("--child")
    }

    // MARK: The setting

    private static func setting(_ arguments: Arguments) throws(UsageError) -> StackSetting {
        var setting = try handedOver(arguments)
        setting.cores = try arguments.number("--cores", within: StackBounds.cores, default: setting.cores)
        setting.merchants = try arguments.number(
            "--merchants", within: StackBounds.merchants, default: setting.merchants)
        if let cost = try arguments.spans("--pay-cost", within: StackBounds.service, example: .microseconds(500)).first
        {
            setting.service = ServiceCosts(pay: cost)
        }
        if let text = arguments.text("--merchant-rate") { setting.merchantRate = try rate("--merchant-rate", text) }
        let isolation = try arguments.choice(
            "--isolation", of: StoreIsolation.allCases.map(\.rawValue), default: setting.isolation.rawValue)
        setting.isolation = StoreIsolation(rawValue: isolation) ?? setting.isolation
        setting.defects = DefectSwitches(setting.defects.inOrder + (try arguments.all("--defect").map(defect)))
        return setting
    }

    private static func handedOver(_ arguments: Arguments) throws(UsageError) -> StackSetting {
        guard let text = arguments.text("--setting") else { return StackSetting() }
        do {
            return try StackSetting(handedOver: JSONValue(parsing: Array(text.utf8)))
        } catch {
            throw UsageError("'--setting': \(error)")
        }
    }

    private static func rate(_ name: String, _ text: String) throws(UsageError) -> Double {
        do throws(ValueMistake) {
            let rate = try Rate(parsing: text).perSecond
            if StackBounds.rate.contains(rate) { return rate }
        } catch {
            throw UsageError("'\(name) \(text)' \(error.rule)" + (error.fix.map { "; \($0)" } ?? ""))
        }
        throw UsageError("'\(name) \(text)' lets nothing through; write '\(name) 100/s'")
    }

    private static func defect(_ name: String) throws(UsageError) -> Defect {
        if let defect = Defect(name: name) { return defect }
        let closest = Spelling.closest(to: name, among: Defect.allCases.map(\.name))
        throw UsageError(
            "there is no defect '\(name)'; "
                + (closest.map { "did you mean '\($0)'?" } ?? "'spillway stack --list-defects' lists them"))
    }

    // MARK: Banks

    private static func banks(_ arguments: Arguments) throws(UsageError) -> [Bank] {
        var banks: [Bank] = []
        for pair in try pairs("--channels", "URL", arguments) {
            if banks.contains(where: { $0.name == pair.name }) {
                throw UsageError("'--channels' names '\(pair.name)' twice")
            }
            banks.append(Bank(name: pair.name, shadow: try url("--channels", pair.value)))
        }
        for pair in try pairs("--live-channels", "URL", arguments) {
            let index = banks.firstIndex { $0.name == pair.name } ?? banks.endIndex
            if index == banks.endIndex { banks.append(Bank(name: pair.name)) }
            banks[index].live = try url("--live-channels", pair.value)
            if banks[index].live == banks[index].shadow {
                throw UsageError("'\(pair.name)' is the same for live and shadow payments; they never meet at one bank")
            }
        }
        for pair in try pairs("--idempotency", "FIELD", arguments) {
            let index = try place(of: pair.name, "--idempotency", banks)
            banks[index].idempotencyField = pair.value == "none" ? nil : pair.value
        }
        for name in arguments.all("--keeps-declines") {
            banks[try place(of: name, "--keeps-declines", banks)].keepsDeclines = true
        }
        for pair in try pairs("--callback-key", "VARIABLE", arguments) {
            banks[try place(of: pair.name, "--callback-key", banks)].keyVariable = pair.value
        }
        return banks
    }

    private static func place(of name: String, _ option: String, _ banks: [Bank]) throws(UsageError) -> Int {
        if let index = banks.firstIndex(where: { $0.name == name }) { return index }
        let closest = Spelling.closest(to: name, among: banks.map(\.name))
        throw UsageError(
            "'\(option)' speaks of '\(name)', and no channel is called so"
                + (closest.map { "; did you mean '\($0)'?" } ?? ""))
    }

    /// `icbc=http://127.0.0.1:9101,abc=http://127.0.0.1:9102`
    private static func pairs(
        _ option: String, _ value: String, _ arguments: Arguments
    ) throws(UsageError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for text in arguments.all(option) {
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let equals = part.firstIndex(of: "="), equals > part.startIndex,
                    part.index(after: equals) < part.endIndex
                else { throw UsageError("'\(option) \(part)' needs a name; write '\(option) icbc=\(value)'") }
                pairs.append((String(part[..<equals]), String(part[part.index(after: equals)...])))
            }
        }
        return pairs
    }

    private static func url(_ option: String, _ text: String?) throws(UsageError) -> HTTPAddress? {
        guard let text else { return nil }
        guard let url = HTTPAddress(text) else {
            if let port = HostPort.strayPort(in: text, from: 1) {
                throw UsageError("the port of '\(option)' is from 1 to 65535, not \(port)")
            }
            throw UsageError("'\(option)': '\(text)' is no URL; write 'http://127.0.0.1:9101'")
        }
        guard url.path.isEmpty else {
            throw UsageError("'\(option)': the paths of '\(text)' begin at its root; leave '\(url.path)' out")
        }
        return url
    }

    private static func networks(_ arguments: Arguments) throws(UsageError) -> [NetworkBlock] {
        var blocks: [NetworkBlock] = []
        for text in arguments.all("--notify-allow") {
            guard let block = NetworkBlock(text), block.isClean else {
                throw UsageError("'--notify-allow \(text)' is no network; write '--notify-allow 10.20.0.0/16'")
            }
            blocks.append(block)
        }
        return blocks
    }
}
