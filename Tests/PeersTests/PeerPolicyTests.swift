import EventLoop
import PlanModel
import PlanValues
import Testing

@testable import Peers

/// A policy from texts.
func policy(allow: [String] = [], permitted: [String] = []) throws -> PeerPolicy {
    PeerPolicy(
        planAllow: try allow.map { try #require(NetworkBlock($0), "\($0)") },
        permitted: try permitted.map { try #require(NetworkBlock($0), "\($0)") })
}

private func reason(_ policy: PeerPolicy, _ text: String) throws -> PeerRefusal.Reason? {
    let address = try #require(Address(text), "\(text)")
    if case .refused(let refusal) = policy.judgement(of: address) { return refusal.reason }
    return nil
}

@Suite struct PeerPolicyTests {
    private static let loopback = [
        "127.0.0.1:80", "127.0.0.0:1", "127.1.2.3:80", "127.255.255.255:80", "[::1]:80", "[0:0:0:0:0:0:0:1]:80",
        "[::ffff:127.0.0.1]:80", "[::ffff:7f00:1]:80", "[0:0:0:0:0:ffff:127.9.9.9]:80", "[::FFFF:7FFF:FFFF]:80",
    ]
    /// Neighbours of loopback, and what looks like it without being it.
    private static let outside = [
        "126.255.255.255:80", "128.0.0.0:80", "10.0.0.1:80", "1.0.0.127:80", "192.168.1.1:80", "169.254.169.254:80",
        "8.8.8.8:53", "223.255.255.255:1", "[::2]:80", "[1::1]:80", "[::1:0:0:1]:80", "[::127.0.0.1]:80",
        "[::7f00:1]:80", "[64:ff9b::7f00:1]:80", "[::fffe:127.0.0.1]:80", "[::ffff:0:127.0.0.1]:80",
        "[1::ffff:127.0.0.1]:80", "[::ffff:8.8.8.8]:80", "[::ffff:126.255.255.255]:80", "[::ffff:128.0.0.0]:80",
        "[2001:db8::7]:80", "[fc00::1]:80", "[fec0::1]:80", "[fe00::1]:80", "[fe7f::1]:80",
    ]
    private static let nobody = [
        "0.0.0.0:80", "0.0.0.1:80", "0.255.255.255:80", "[::]:80", "[::ffff:0.0.0.0]:80", "[::ffff:0:0]:80",
        "224.0.0.1:80", "239.1.1.1:80", "255.255.255.255:80", "240.0.0.1:80", "[::ffff:255.255.255.255]:80",
        "[::ffff:224.0.0.1]:80", "[ff02::1]:80", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:80",
    ]
    private static let linkLocal = ["[fe80::1]:80", "[febf:ffff::1]:80", "[fe80::ffff:127.0.0.1]:80", "[fe90::]:80"]
    private static let everything = ["0.0.0.0/0", "::/0"]

    @Test(arguments: loopback)
    func `loopback in any spelling is allowed by default, and needs nobody's permission`(text: String) throws {
        #expect(try reason(policy(), text) == nil)
        #expect(try reason(policy(allow: ["127.0.0.0/8", "::1/128"]), text) == nil)
        #expect(try reason(policy(permitted: ["10.0.0.0/8"]), text) == nil)
    }

    @Test func `a report is told what an empty list of networks stands for`() throws {
        #expect(try policy().planned == ["127.0.0.0/8", "::1/128"])
        #expect(try policy(allow: ["10.1.2.3", "fd00::/8"]).planned == ["10.1.2.3/32", "fd00:0:0:0:0:0:0:0/8"])
        for network in try policy().planned {
            let address = network.split(separator: "/")[0]
            #expect(try reason(policy(), address.contains(":") ? "[\(address)]:80" : "127.9.9.9:80") == nil)
        }
    }

    @Test func `a UNIX socket is local`() throws {
        #expect(try policy(allow: ["10.0.0.0/8"]).judgement(of: .unix(path: "/run/pay.sock")).isAllowed)
    }

    @Test(arguments: outside)
    func `another host needs the plan and the permission, and neither alone is enough`(text: String) throws {
        #expect(try reason(policy(), text) == .notInPlan(isDefault: true))
        #expect(try reason(policy(permitted: Self.everything), text) == .notInPlan(isDefault: true))
        #expect(
            try reason(policy(allow: ["127.0.0.0/8"], permitted: Self.everything), text) == .notInPlan(isDefault: false)
        )
        #expect(try reason(policy(allow: Self.everything), text) == .notPermitted)
        #expect(try reason(policy(allow: Self.everything, permitted: ["127.0.0.0/8", "::1"]), text) == .notPermitted)
        #expect(try reason(policy(allow: Self.everything, permitted: Self.everything), text) == nil)
    }

    @Test(arguments: nobody)
    func `what is no single host is refused whatever is allowed`(text: String) throws {
        #expect(try reason(policy(), text) == .noSingleHost)
        #expect(try reason(policy(allow: Self.everything, permitted: Self.everything), text) == .noSingleHost)
    }

    @Test(arguments: linkLocal)
    func `link-local addresses of IPv6 are refused whatever is allowed`(text: String) throws {
        #expect(try reason(policy(allow: Self.everything, permitted: Self.everything), text) == .linkLocal)
    }

    @Test func `a plan that allows others and not loopback does not mean loopback`() throws {
        let policy = try policy(allow: ["10.0.0.0/8"], permitted: ["10.0.0.0/8"])
        #expect(try reason(policy, "127.0.0.1:80") == .notInPlan(isDefault: false))
        #expect(try reason(policy, "10.1.2.3:80") == nil)
    }

    /// Each prefix of one address, on both sides: the first bit outside decides.
    @Test func `a block ends where its prefix says`() throws {
        for prefix in 1...32 {
            let base: UInt32 = 0x0a14_0000 & (UInt32.max << UInt32(32 - prefix))
            let text = Address.ipv4(base, port: 0).description.dropLast(2)
            let policy = try policy(allow: ["\(text)/\(prefix)"], permitted: ["\(text)/\(prefix)"])
            let last = base | (prefix == 32 ? 0 : UInt32.max >> UInt32(prefix))
            for value in [last, last &+ 1] {
                let first = value >> 24
                guard first != 0, first != 127, first < 224 else { continue }
                #expect(policy.judgement(of: .ipv4(value, port: 1)).isAllowed == (value == last), "/\(prefix)")
                let mapped = Address.ipv6(high: 0, low: 0xffff_0000_0000 | UInt64(value), port: 1)
                #expect(policy.judgement(of: mapped).isAllowed == (value == last), "/\(prefix)")
            }
        }
    }

    /// Every IPv6 address with up to two bits set: no other than ::1 is loopback.
    @Test func `no address near loopback's passes for it`() throws {
        let policy = try policy()
        var allowed: [Address] = []
        for first in 0..<128 {
            for second in first..<128 {
                var (high, low): (UInt64, UInt64) = (0, 0)
                for bit in Set([first, second]) {
                    if bit < 64 { low |= 1 << UInt64(bit) } else { high |= 1 << UInt64(bit - 64) }
                }
                let address = Address.ipv6(high: high, low: low, port: 1)
                if policy.judgement(of: address).isAllowed { allowed.append(address) }
            }
        }
        #expect(allowed == [.ipv6(high: 0, low: 1, port: 1)])
        let allowed4 = (0..<256).filter { policy.judgement(of: .ipv4(UInt32($0) << 24 | 1, port: 1)).isAllowed }
        #expect(allowed4 == [127])
    }

    @Test func `a block in IPv6's clothes allows the IPv4 addresses in it, and a wide one allows none`() throws {
        let mapped = try policy(allow: ["::ffff:a14:0/112"], permitted: ["::ffff:a14:0/112"])
        #expect(try reason(mapped, "10.20.3.4:80") == nil)
        #expect(try reason(mapped, "[::ffff:10.20.3.4]:80") == nil)
        #expect(try reason(mapped, "10.21.0.0:80") == .notInPlan(isDefault: false))
        let wide = try policy(allow: ["::/0"], permitted: ["::/0"])
        #expect(try reason(wide, "[::ffff:10.20.3.4]:80") == .notInPlan(isDefault: false))
    }

    @Test(arguments: [
        (
            "10.1.2.3:80", [String](), "10.1.2.3 is not loopback, and the plan has no 'allow'",
            "add 'allow: [\"10.1.2.3/32\"]' to 'target', and permit it with '--allow 10.1.2.3/32'"
        ),
        (
            "[2001:db8::7]:80", ["10.0.0.0/8"], "2001:db8::7 is not in the plan's 'allow'",
            "add '2001:db8::7/128' to 'target.allow'"
        ),
        (
            "[::ffff:10.1.2.3]:80", ["10.0.0.0/8"],
            "10.1.2.3 is in the plan's 'allow', but nobody outside the plan has permitted it",
            "pass '--allow 10.1.2.3/32', or add a line '10.1.2.3/32' to the policy file"
        ),
        (
            "127.0.0.1:80", ["10.0.0.0/8"], "127.0.0.1 is not in the plan's 'allow'",
            "add '127.0.0.1/32' to 'target.allow'"
        ),
        (
            "0.0.0.0:80", [], "0.0.0.0 is no single host",
            "write the address of the host that you mean, '127.0.0.1' for this one"
        ),
        (
            "[fe80::1]:80", [], "fe80::1 is a link-local address, which leads nowhere without an interface",
            "write an address that other networks could reach, or a loopback one"
        ),
    ])
    func `a refusal says why, and what to write where`(
        text: String, allow: [String], words: String, fix: String
    ) throws {
        guard case .refused(let refusal) = try policy(allow: allow).judgement(of: try #require(Address(text))) else {
            Issue.record("\(text) is allowed")
            return
        }
        #expect(refusal.description == words)
        #expect(refusal.fix == fix)
    }
}
