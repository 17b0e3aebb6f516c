import EventLoop
import JSON
import ShadowTag

/// Mock banks in a process of their own: `spillway mock PROFILE --child`. Its output says in one line who listens where.
final class BankProcess: BankHost {
    let admin: Address
    let channels: [(name: String, address: Address)]
    private let child: LeasedChild

    private static func name(_ order: BankOrder) -> LeasedChild.Name {
        LeasedChild.Name(title: order.title, pronoun: "they")
    }

    init(_ order: BankOrder, _ key: ShadowKey, on loop: EventLoop) async throws(PartFault) {
        let program = Self.program(order, key)
        (child, (admin, channels)) = try await LeasedChild.start(program, Self.name(order), on: loop, Self.listeners)
    }

    private static func program(_ order: BankOrder, _ key: ShadowKey) -> ChildProcess.Order {
        let permissions = order.permitted.flatMap { ["--allow", $0] }
        let side = order.isLive ? ["--live"] : []
        let words =
            ["spillway", "mock", order.path, "--child"] + (order.folder.map { ["--out", $0] } ?? []) + side
            + permissions
        let secrets = ["SPILLWAY_MOCK_TOKEN": order.token]
        return ChildProcess.Order(
            order.executable, words, environment: key.environment(from: order.environment).merging(secrets) { $1 })
    }

    /// `{"admin":"127.0.0.1:PORT","channels":{"icbc":"127.0.0.1:PORT"}}`
    static func listeners(_ line: String) -> (admin: Address, channels: [(name: String, address: Address)])? {
        guard let said = try? JSONValue(parsing: Array(line.utf8)),
            let admin = said["admin"]?.string.flatMap(Address.init), let members = said["channels"]?.members
        else { return nil }
        let channels = members.compactMap { name, value in
            value.string.flatMap(Address.init).map { (name: name, address: $0) }
        }
        // Whoever knows the token rules the banks: it goes nowhere but to this machine.
        guard admin.isLoopback, channels.count == members.count else { return nil }
        return (admin, channels)
    }

    var talk: [String] { child.talk }
    var loss: String? { child.loss }
    func waitForLoss() async { await child.waitForLoss() }
    func stop() async -> String? { await child.stop() }
}
