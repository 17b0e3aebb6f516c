/// Goal: one number given by the user decides arrivals, data and faults, and any part of them can be found
/// without computing the parts before it.
///
/// Method: a seed is a place in a tree. `split("arrivals")` and `child(7)` name the places below it; both are pure
/// functions of the place, cost the same for every name and index, and never depend on what was drawn elsewhere.
/// So arrival 9,000,000 of shard 3 is `seed.split("arrivals").child(3).child(9_000_000)`, in O(1). `stream()` draws
/// at a place, `bits` and `unit` are its stateless forms: the fate of a payment is `seed.split(reference).unit`.
///
/// The children of one seed all differ (`child` is a bijection); places elsewhere coincide as 64-bit hashes do.
///
/// It is not cryptography: whoever sees enough output can predict the rest.
public struct Seed: Hashable, Sendable {
    /// The hash of the path from the root to this place.
    public let bits: UInt64

    /// The root for a number that a person chose; neighbouring numbers give unrelated trees.
    public init(_ number: UInt64) {
        bits = SplitMix64.mixed(number ^ Domain.root)
    }

    init(bits: UInt64) {
        self.bits = bits
    }

    /// The place with this index below; the same step as in SplitMix64, taken `index + 1` times at once.
    public func child(_ index: UInt64) -> Seed {
        Seed(bits: SplitMix64.mixed((bits ^ Domain.child) &+ (index &+ 1) &* SplitMix64.increment))
    }

    public func child(_ index: Int) -> Seed {
        child(UInt64(bitPattern: Int64(index)))
    }

    public func split(_ label: String) -> Seed {
        split(label.utf8Span.span)
    }

    /// Hashes the bytes as little-endian words, the last one padded with zeros and followed by the length.
    public func split(_ label: Span<UInt8>) -> Seed {
        var hash = bits ^ Domain.label
        let whole = label.count & ~7
        for offset in stride(from: 0, to: whole, by: 8) {
            let word = unsafe label.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            hash = Self.step(hash, UInt64(littleEndian: word))
        }
        if whole < label.count {
            var word: UInt64 = 0
            for index in whole..<label.count { word |= UInt64(label[index]) &<< (8 &* UInt64(index & 7)) }
            hash = Self.step(hash, word)
        }
        return Seed(bits: Self.step(hash, UInt64(label.count)))
    }

    /// The same for a short label that is kept as such words.
    public func split(_ words: InlineArray<6, UInt64>, byteCount: Int) -> Seed {
        precondition(byteCount <= 48, "\(byteCount) bytes in six words")
        var hash = bits ^ Domain.label
        for place in 0..<(byteCount + 7) / 8 { hash = Self.step(hash, words[place]) }
        return Seed(bits: Self.step(hash, UInt64(byteCount)))
    }

    @inline(__always)
    private static func step(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        SplitMix64.mixed((hash ^ word) &+ SplitMix64.increment)
    }

    /// A number in [0, 1) that belongs to this place.
    public var unit: Double {
        Double(SplitMix64.mixed(bits ^ Domain.unit) &>> 11) * 0x1p-53
    }

    public func stream() -> SeededRandom {
        SeededRandom(self)
    }

    /// Keeps the uses of one place apart; arbitrary numbers (digits of pi).
    enum Domain {
        static let root: UInt64 = 0x243F_6A88_85A3_08D3
        static let child: UInt64 = 0x1319_8A2E_0370_7344
        static let label: UInt64 = 0xA409_3822_299F_31D0
        static let stream: UInt64 = 0x082E_FA98_EC4E_6C89
        static let unit: UInt64 = 0x4528_21E6_38D0_1377
    }
}
