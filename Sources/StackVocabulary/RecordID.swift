// Goal: a name for every payment and refund that no other worker gives, in the order of time, that says by itself where
// it belongs: a callback that carries nothing else finds its shard and its namespace.
// Method: 64 bits, written as thirteen characters of Crockford's base 32.
//
//     0 | milliseconds since 2020: 41 | shadow: 1 | shard: 6 | worker: 6 | sequence: 9
//
// Not here: unguessable names. Whoever may not see a payment must be refused by its merchant.

package struct RecordID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let bits: UInt64

    package static let epochMilliseconds: Int64 = 1_577_836_800_000
    package static let shardsMax = 64
    package static let workersMax = 64
    package static let sequenceMax = 512
    package static let letterCount = 13

    package init(bits: UInt64) {
        self.bits = bits
    }

    package init(milliseconds: Int64, _ namespace: Namespace, shard: Int, worker: Int, sequence: Int) {
        precondition(
            0..<Self.shardsMax ~= shard && 0..<Self.workersMax ~= worker && 0..<Self.sequenceMax ~= sequence,
            "shard \(shard), worker \(worker), sequence \(sequence)")
        let time = UInt64(max(0, milliseconds - Self.epochMilliseconds)) & (1 << 41 - 1)
        bits =
            time << 22 | UInt64(namespace.rawValue) << 21 | UInt64(shard) << 15 | UInt64(worker) << 9
            | UInt64(sequence)
    }

    /// Since 1970.
    package var milliseconds: Int64 { Int64(bits >> 22 & (1 << 41 - 1)) + Self.epochMilliseconds }
    package var namespace: Namespace { bits >> 21 & 1 == 1 ? .shadow : .live }
    package var shard: Int { Int(bits >> 15 & 63) }
    package var worker: Int { Int(bits >> 9 & 63) }
    package var sequence: Int { Int(bits & 511) }

    package static func < (left: RecordID, right: RecordID) -> Bool { left.bits < right.bits }

    // MARK: Text

    private static let letters: InlineArray<32, UInt8> = [
        0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
        0x6A,
        0x6B, 0x6D, 0x6E, 0x70, 0x71, 0x72, 0x73, 0x74, 0x76, 0x77, 0x78, 0x79, 0x7A,
    ]

    package func append(to bytes: inout [UInt8]) {
        bytes.append(addingCapacity: Self.letterCount) { room in
            for place in 0..<Self.letterCount {
                room.append(Self.letters[Int(bits &>> UInt64(60 &- 5 &* place) & 31)])
            }
        }
    }

    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil for what is not the one text of an id.
    package init?(_ text: Span<UInt8>) {
        guard text.count == Self.letterCount else { return nil }
        var bits: UInt64 = 0
        for index in text.indices {
            guard let value = Self.value(of: text[index]) else { return nil }
            if index == 0, value > 15 { return nil }
            bits = bits << 5 | UInt64(value)
        }
        self.bits = bits
    }

    package init?(_ text: String) { self.init(text.utf8Span.span) }

    private static func value(of letter: UInt8) -> UInt8? {
        switch letter {
        case 0x30...0x39: letter - 0x30
        case 0x61...0x68: letter - 0x57
        case 0x6A, 0x6B: letter - 0x58
        case 0x6D, 0x6E: letter - 0x59
        case 0x70...0x74: letter - 0x5A
        case 0x76...0x7A: letter - 0x5B
        default: nil
        }
    }
}

/// Gives ids of one namespace, shard and worker, each greater than the last, also when the clock steps back.
package struct RecordIDs: Sendable {
    private let namespace: Namespace
    private let shard: Int
    private let worker: Int
    private var last: Int64 = .min
    private var sequence = 0
    /// How often the clock was behind the last id.
    package private(set) var stepsBack: UInt64 = 0
    /// Planted (clock-rollback-ids): follows the clock wherever it goes.
    package var trustsClock = false

    package init(_ namespace: Namespace, shard: Int, worker: Int) {
        self.namespace = namespace
        self.shard = shard
        self.worker = worker
    }

    /// - Parameter milliseconds: since 1970. A millisecond that is used up borrows from the next.
    package mutating func next(at milliseconds: Int64) -> RecordID {
        if milliseconds > last || (trustsClock && milliseconds < last) {
            last = milliseconds
            sequence = 0
        } else {
            if milliseconds < last { stepsBack += 1 }
            sequence += 1
            if sequence == RecordID.sequenceMax {
                last += 1
                sequence = 0
            }
        }
        return RecordID(milliseconds: last, namespace, shard: shard, worker: worker, sequence: sequence)
    }
}
