import Glibc

/// Where a stream leads: an IP address with its port, or a UNIX socket's path.
public enum Address: Hashable, Sendable {
    case ipv4(UInt32, port: UInt16)
    case ipv6(high: UInt64, low: UInt64, port: UInt16)
    case unix(path: String)

    public static func loopback(port: UInt16 = 0) -> Address { .ipv4(0x7f00_0001, port: port) }

    /// `127.0.0.1:80`, `[::1]:80`, `unix:/run/pay.sock`. Names are the resolver's business.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = Address.port(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard let (high, low) = Address.ipv6(String(host.dropFirst().dropLast())) else { return nil }
            self = .ipv6(high: high, low: low, port: port)
        } else {
            guard let value = Address.ipv4(String(host)) else { return nil }
            self = .ipv4(value, port: port)
        }
    }

    public init?(host: String, port: UInt16) {
        if let value = Address.ipv4(host) {
            self = .ipv4(value, port: port)
        } else if let (high, low) = Address.ipv6(host) {
            self = .ipv6(high: high, low: low, port: port)
        } else {
            return nil
        }
    }

    public var port: UInt16 {
        switch self {
        case .ipv4(_, let port), .ipv6(_, _, let port): port
        case .unix: 0
        }
    }

    public func with(port: UInt16) -> Address {
        switch self {
        case .ipv4(let value, _): .ipv4(value, port: port)
        case .ipv6(let high, let low, _): .ipv6(high: high, low: low, port: port)
        case .unix: self
        }
    }

    public var isLoopback: Bool {
        switch self {
        case .ipv4(let value, _): value >> 24 == 127
        case .ipv6(let high, let low, _): high == 0 && low == 1
        case .unix: true
        }
    }

    private static func port(_ digits: Substring) -> UInt16? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt16(digits)
    }

    private static func ipv4(_ text: String) -> UInt32? {
        var parsed = in_addr()
        return unsafe inet_pton(AF_INET, text, &parsed) == 1 ? UInt32(bigEndian: parsed.s_addr) : nil
    }

    private static func ipv6(_ text: String) -> (high: UInt64, low: UInt64)? {
        var words: (UInt64, UInt64) = (0, 0)
        guard unsafe inet_pton(AF_INET6, text, &words) == 1 else { return nil }
        return (UInt64(bigEndian: words.0), UInt64(bigEndian: words.1))
    }
}

extension Address: CustomStringConvertible {
    public var description: String {
        switch self {
        case .ipv4(let value, let port): "\(Address.dotted(value)):\(port)"
        case .ipv6(let high, let low, let port): "[\(Address.colons(high, low))]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    private static func dotted(_ value: UInt32) -> String {
        "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }

    private static func colons(_ high: UInt64, _ low: UInt64) -> String {
        var words = (high.bigEndian, low.bigEndian)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(AF_INET6, &words, &text, UInt32(INET6_ADDRSTRLEN)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

// MARK: The kernel's form

extension Address {
    var family: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            let length = unsafe encode(into: bytes)
            let pointer = unsafe bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return unsafe body(UnsafePointer(pointer), length)
        }
    }

    private func encode(into bytes: UnsafeMutableRawBufferPointer) -> socklen_t {
        switch self {
        case .ipv4(let value, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr = in_addr(s_addr: value.bigEndian)
            unsafe bytes.storeBytes(of: address, as: sockaddr_in.self)
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        case .ipv6(let high, let low, let port):
            unsafe bytes.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
            unsafe bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            unsafe bytes.storeBytes(of: high.bigEndian, toByteOffset: 8, as: UInt64.self)
            unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt64.self)
            return socklen_t(MemoryLayout<sockaddr_in6>.size)
        case .unix(let path):
            unsafe bytes.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
            unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[2...]).copyBytes(from: path.utf8)
            return socklen_t(2 + path.utf8.count + 1)
        }
    }

    /// From a `sockaddr`.
    public init?(decoding bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2 else { return nil }
        switch unsafe Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET where bytes.count >= 8:
            let port = unsafe UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            let value = unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            self = .ipv4(value, port: port)
        case AF_INET6 where bytes.count >= 24:
            let port = unsafe UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            let high = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            let low = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
            self = .ipv6(high: high, low: low, port: port)
        case AF_UNIX:
            let path = unsafe bytes.dropFirst(2).prefix { $0 != 0 }
            self = unsafe .unix(path: String(decoding: path, as: UTF8.self))
        default:
            return nil
        }
    }
}
