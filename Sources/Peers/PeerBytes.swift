package import EventLoop
package import PlanValues

/// An IP address in its one spelling: 4 bytes for IPv4, also where it came as `::ffff:a.b.c.d`, and 16 else.
struct PeerBytes {
    let bytes: [UInt8]

    /// Nil for a UNIX socket.
    init?(_ address: Address) {
        switch address {
        case .unix: return nil
        case .ipv4(let value, _): bytes = Self.bytes(of: UInt64(value), count: 4)
        case .ipv6(0, let low, _) where low >> 32 == 0xffff: bytes = Self.bytes(of: low & 0xffff_ffff, count: 4)
        case .ipv6(let high, let low, _): bytes = Self.bytes(of: high, count: 8) + Self.bytes(of: low, count: 8)
        }
    }

    private static func bytes(of word: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }

    private var isVersion4: Bool { bytes.count == 4 }

    /// 127.0.0.0/8 and ::1.
    var isLoopback: Bool { isVersion4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1 }

    var neverPermitted: PeerRefusal.Reason? {
        if isVersion4 { return bytes[0] == 0 || bytes[0] >= 224 ? .noSingleHost : nil }
        if bytes[0] == 0xff || bytes.allSatisfy({ $0 == 0 }) { return .noSingleHost }
        return bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 ? .linkLocal : nil
    }

    /// A block may be written in IPv6's clothes as well.
    func isIn(_ block: NetworkBlock) -> Bool {
        if block.contains(bytes) { return true }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        return isVersion4 && block.prefix >= 96 && block.contains(mapped + bytes)
    }

    /// The address alone: `10.0.0.1/32`, `2001:db8::7/128`.
    var ownBlock: String {
        let words = bytes.reduce(into: (high: UInt64(0), low: UInt64(0))) { words, byte in
            words = (words.high << 8 | words.low >> 56, words.low << 8 | UInt64(byte))
        }
        if isVersion4 { return "\(Address.ipv4(UInt32(words.low), port: 0).description.dropLast(2))/32" }
        let bracketed = Address.ipv6(high: words.high, low: words.low, port: 0).description
        return "\(bracketed.dropFirst().dropLast(3))/128"
    }
}

extension NetworkBlock {
    /// False for a UNIX socket, which is in no network.
    package func holds(_ address: Address) -> Bool { PeerBytes(address)?.isIn(self) ?? false }
}
