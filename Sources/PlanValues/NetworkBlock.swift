/// Addresses that share their first bits: `127.0.0.0/8`, `::1/128`, or one address alone.
package struct NetworkBlock: Sendable, Equatable, CustomStringConvertible {
    /// Four or sixteen.
    package let bytes: [UInt8]
    package let prefix: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.version4(parts[0]) ?? Self.version6(parts[0]) else { return nil }
        self.bytes = bytes
        guard parts.count > 1 else {
            prefix = bytes.count * 8
            return
        }
        guard !parts[1].isEmpty, parts[1].allSatisfy({ "0"..."9" ~= $0 }), let prefix = Int(parts[1]),
            prefix <= bytes.count * 8
        else { return nil }
        self.prefix = prefix
    }

    package func contains(_ address: [UInt8]) -> Bool {
        guard address.count == bytes.count else { return false }
        return (0..<prefix).allSatisfy { bit in
            (address[bit / 8] ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    /// No bit is set behind the prefix; `10.0.0.1/8` is most often a slip.
    package var isClean: Bool {
        (prefix..<bytes.count * 8).allSatisfy { bytes[$0 / 8] & (0x80 >> UInt8($0 % 8)) == 0 }
    }

    package var description: String {
        let address =
            bytes.count == 4
            ? bytes.map { String($0) }.joined(separator: ".")
            : stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
                .joined(separator: ":")
        return "\(address)/\(prefix)"
    }

    private static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        // A leading zero makes the number octal for some readers.
        guard parts.count == 4, parts.allSatisfy({ $0 == "0" || $0.first != "0" }),
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { "0"..."9" ~= $0 } })
        else { return nil }
        let bytes = parts.compactMap { UInt8($0) }
        return bytes.count == 4 ? bytes : nil
    }

    private static func version6(_ text: Substring) -> [UInt8]? {
        guard text.contains(":") else { return nil }
        let halves = groups(text)
        guard halves.count <= 2 else { return nil }
        let words = halves.map { half in half.map { $0.count <= 4 ? UInt16($0, radix: 16) : nil } }
        guard words.allSatisfy({ $0.allSatisfy { $0 != nil } }) else { return nil }
        let (head, tail) = (words[0].compactMap(\.self), words.count > 1 ? words[1].compactMap(\.self) : [])
        let missing = 8 - head.count - tail.count
        guard words.count > 1 ? missing >= 1 : missing == 0 else { return nil }
        return (head + Array(repeating: 0, count: missing) + tail).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    /// The groups before and behind `::`.
    private static func groups(_ text: Substring) -> [[Substring]] {
        guard let gap = text.firstRange(of: "::") else {
            return [text.split(separator: ":", omittingEmptySubsequences: false)]
        }
        let (head, tail) = (text[..<gap.lowerBound], text[gap.upperBound...])
        if tail.contains("::") { return [[], [], []] }
        return [head, tail].map { $0.isEmpty ? [] : $0.split(separator: ":", omittingEmptySubsequences: false) }
    }
}
