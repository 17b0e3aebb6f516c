import EventLoop
import JSON
import ShadowTag

/// The embedded stack in a process of its own: `spillway stack --child`. Its output says in one line who listens where.
final class StackProcess: StackHost {
    let front: Address
    let operatorDesk: Address
    private let child: LeasedChild

    private static let name = LeasedChild.Name(title: "the embedded stack", pronoun: "it")

    init(
        _ launch: StackLaunch, _ key: ShadowKey, _ banks: [StackLaunch.Bank], on loop: EventLoop
    )
        async throws(PartFault)
    {
        let program = launch.program(key, banks)
        (child, (front, operatorDesk)) = try await LeasedChild.start(program, Self.name, on: loop, Self.listeners)
    }

    /// `{"front":"127.0.0.1:PORT","operator":"127.0.0.1:PORT"}`
    static func listeners(_ line: String) -> (front: Address, operatorDesk: Address)? {
        guard let said = try? JSONValue(parsing: Array(line.utf8)),
            let front = said["front"]?.string.flatMap(Address.init),
            let operatorDesk = said["operator"]?.string.flatMap(Address.init)
        else { return nil }
        // Whoever knows the token rules the stack: it goes nowhere but to this machine.
        return front.isLoopback && operatorDesk.isLoopback ? (front, operatorDesk) : nil
    }

    var talk: [String] { child.talk }
    var loss: String? { child.loss }
    func waitForLoss() async { await child.waitForLoss() }
    func stop() async -> String? { await child.stop() }
}
