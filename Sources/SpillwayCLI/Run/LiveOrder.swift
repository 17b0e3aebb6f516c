import Cryptography
import Diagnostics
import EventLoop
import PlanValues

/// Where the live page of a command is to be, who may reach it, and the token that it asks for.
struct LiveOrder {
    let address: Address
    /// From which it may be looked at beside this machine.
    let networks: [NetworkBlock]
    let token: String
    /// It was made here, and so it is to be told.
    let isTokenOurs: Bool

    static let tokenVariable = "SPILLWAY_LIVE_TOKEN"
    static let tokenBytesMin = 16

    /// Nil where no live page is asked for.
    init?(_ arguments: Arguments, _ environment: [String: String] = ProcessEnvironment.values) throws(UsageError) {
        networks = try Self.networks(arguments)
        guard arguments.has("--live") else {
            guard networks.isEmpty else {
                throw UsageError("'--live-is-open-to' is of the live page; write '--live HOST:PORT' as well")
            }
            return nil
        }
        address = try arguments.address("--live", default: .loopback())
        guard address.isLoopback || !networks.isEmpty else {
            throw UsageError(
                "'--live \(address)' is not on loopback, and whoever has its token steers the run; if that is meant, "
                    + "write '--live-is-open-to NETWORK' with the network that may reach it")
        }
        let given = environment[Self.tokenVariable] ?? ""
        isTokenOurs = given.isEmpty
        token = given.isEmpty ? Self.madeToken : given
        guard token.utf8.count >= Self.tokenBytesMin, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw UsageError(
                "\(Self.tokenVariable) is to have at least \(Self.tokenBytesMin) visible characters of ASCII")
        }
    }

    private static func networks(_ arguments: Arguments) throws(UsageError) -> [NetworkBlock] {
        var networks: [NetworkBlock] = []
        for text in arguments.all("--live-is-open-to") {
            guard let block = NetworkBlock(text), block.isClean else {
                throw UsageError("'--live-is-open-to \(text)' is no network; write one as in '10.20.0.0/16'")
            }
            networks.append(block)
        }
        return networks
    }

    /// Of letters alone: digits in a row could be taken for a card's number and masked.
    private static var madeToken: String {
        let letters = SystemEntropy().bytes(16).flatMap { byte in [byte >> 4, byte & 15] }
        return String(decoding: letters.map { UInt8(ascii: "a") + $0 }, as: UTF8.self)
    }

    /// What to open, as the page's own words.
    func words(at address: Address) -> String {
        let page = "live: http://\(address)/"
        return isTokenOurs ? "\(page)#token=\(token)" : "\(page) (its token is in \(Self.tokenVariable))"
    }
}
