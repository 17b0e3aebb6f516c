/// The name of one run: short, sorted by the second in which it began, and safe in a URL, a header and a folder's name.
///
///     1t9k3qm x8kq2m4c     seven digits of seconds since 1970, eight of chance
///
/// Digits are Crockford's: no letter that is read for a number. Runs of one second differ by 40 bits of chance.
public struct RunID: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    public static let entropyCount = 5
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let timeDigits = 7
    private static let chanceDigits = 8

    public init(secondsSince1970: Int64, entropy: [UInt8]) {
        precondition(entropy.count >= Self.entropyCount, "\(entropy.count) bytes of entropy")
        let chance = entropy.prefix(Self.entropyCount).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let bytes =
            Self.digits(of: UInt64(max(0, secondsSince1970)), count: Self.timeDigits)
            + Self.digits(of: chance, count: Self.chanceDigits)
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// Nil for what is no run's name.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard bytes.count == Self.timeDigits + Self.chanceDigits, bytes.allSatisfy(Self.digits.contains) else {
            return nil
        }
        self.text = String(text)
    }

    public var description: String { text }

    /// One of several workers of the run, for files and logs; tags carry the run alone.
    public func worker(_ number: Int) -> String { "\(text)-w\(number)" }

    /// The most significant digit first; equal lengths sort as their numbers do.
    private static func digits(of number: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { digits[Int(number >> UInt64(5 * $0) & 31)] }
    }
}
