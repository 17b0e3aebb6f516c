import EventLoop
import PlanModel
import Testing

@testable import Peers

@Suite struct PinnedPeerTests {
    private func candidates(
        _ policy: PeerPolicy, _ host: String, live: Bool = false
    ) throws -> Result<
        PinnedPeer.Candidates, PeerError
    > {
        let loop = live ? try EventLoop.live() : EventLoop.simulated(seed: 1)
        return loop.run {
            do throws(PeerError) {
                return .success(
                    try await policy.candidates(for: host, port: 80, on: loop, until: loop.now + .seconds(10)))
            } catch {
                return .failure(error)
            }
        }
    }

    /// The resolver takes each of these for 127.0.0.1 or another address.
    @Test(arguments: [
        "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "017700000001", "0177.0.0.1",
        "127.0.0.01", "127.0.0.1.", "0", "0x", "10.1", "1.2.3.4.5", "256.0.0.1", "bank.1",
    ])
    func `an address in disguise is refused before anyone is asked`(host: String) throws {
        for live in [false, true] {
            guard case .failure(let error) = try candidates(policy(), host, live: live) else {
                Issue.record("\(host) was taken")
                return
            }
            #expect(error == .disguised(host: host))
            #expect(error.description == "'\(host)' is a number that resolvers take for an address")
            #expect(error.fix == "write all four numbers, in decimal, as in '127.0.0.1'")
        }
    }

    @Test(arguments: ["bank1", "1bank", "0xbank", "bank.0xg", "10.bank", "127.0.0.1", "::1"])
    func `names with digits, and addresses, are no disguise`(host: String) {
        #expect(!PeerError.isDisguised(host))
    }

    @Test func `a name is judged by all that it stands for, and keeps what is allowed`() throws {
        let candidates = try policy(allow: ["127.0.0.0/8"]).judged(
            "localhost", [.ipv6(high: 0, low: 1, port: 80), .loopback(port: 80), .ipv4(0x0a00_0001, port: 80)])
        #expect(candidates.allowed == [.loopback(port: 80)])
        #expect(candidates.refused.map(\.address.description) == ["[::1]:80", "10.0.0.1:80"])
        let peer = candidates.pinned(to: .loopback(port: 80))
        #expect(peer.chosen == .loopback(port: 80) && peer.resolved.count == 3)
    }

    @Test func `localhost resolves live to addresses that are allowed by default`() throws {
        let candidates = try candidates(policy(), "localhost", live: true).get()
        #expect(!candidates.allowed.isEmpty && candidates.refused.isEmpty)
    }

    @Test func `an interface behind an address changes nothing in its judgement`() throws {
        let open = try policy(allow: ["::/0"], permitted: ["::/0"])
        guard case .failure(.refused(_, let refusal, _)) = try candidates(open, "fe80::1%1", live: true) else {
            Issue.record("a link-local address was taken")
            return
        }
        #expect(refusal.reason == .linkLocal)
    }

    @Test func `a host that must not be hit, or has no address, is an error in words`() throws {
        func words(_ host: String) throws -> String? {
            if case .failure(let error) = try candidates(policy(), host) { error.description } else { nil }
        }
        #expect(try words("10.0.0.1") == "10.0.0.1 is not loopback, and the plan has no 'allow'")
        #expect(
            try words("bank.example")
                == "'bank.example' cannot be resolved: a simulated network has no names; use an address")
        let refusal = PeerRefusal(address: .loopback(), reason: .notPermitted, block: "10.0.0.1/32")
        #expect(
            PeerError.refused(host: "bank.example", refusal, others: 2).description
                == "'bank.example' must not be hit: 10.0.0.1 is in the plan's 'allow', but nobody outside the plan has permitted it, and so for its 2 other addresses"
        )
    }
}
