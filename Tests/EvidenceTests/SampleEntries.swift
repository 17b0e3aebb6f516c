import ChannelProfile
import Evidence
import Money
import SeededRandom
import Timebase

extension ChannelEntry {
    /// One that tells its number in every field.
    static func numbered(_ number: Int) -> ChannelEntry {
        ChannelEntry(
            kind: number % 3 == 0 ? .request : .settlement, at: .microseconds(Int64(number)),
            took: .nanoseconds(Int64(number % 7)),
            operation: number % 2 == 0 ? .authorise : .capture, tag: .verified, booking: .captured,
            attempt: UInt16(1 + number % 5), status: UInt16(200 + number % 300), flags: .none,
            key: UInt128(number) << 64 | 7, reference: PaymentReference("pay-\(number)"), payment: UInt128(number),
            amount: Int64(number) * -100, currency: try? Currency("CNY"))
    }
}

/// Entries in which every field is drawn.
struct EntryDraw {
    private var random: SeededRandom

    init(_ seed: UInt64) {
        random = Seed(seed).stream()
    }

    mutating func entry() -> ChannelEntry {
        let reference = random.below(8) == 0 ? nil : reference()
        let at = wide()
        let took = Int64(random.below(UInt64(Int64.max - max(at, 0)) + 1))
        return ChannelEntry(
            kind: one(of: ChannelEntry.Kind.allCases), at: .nanoseconds(at), took: .nanoseconds(took),
            operation: one(of: Operation.allCases),
            tag: one(of: ChannelEntry.Tag.allCases),
            booking: reference == nil ? .none : one(of: ChannelEntry.Booking.allCases),
            attempt: UInt16(truncatingIfNeeded: random.next()), status: UInt16(truncatingIfNeeded: random.next()),
            disturbance: one(of: Disturbance.allCases),
            flags: ChannelEntry.Flags(rawValue: UInt8(truncatingIfNeeded: random.next())), key: id(),
            reference: reference, payment: id(), amount: wide(), currency: currency())
    }

    /// Of any length, and of all the bytes that references may have.
    mutating func reference() -> PaymentReference? {
        let bytes = (0..<1 + random.below(48)).map { _ in one(of: Self.alphabet) }
        return PaymentReference(String(decoding: bytes, as: UTF8.self))
    }

    private static let alphabet = (0x21...0x7E).filter { $0 != 0x22 && $0 != 0x27 }.map { UInt8($0) }

    private mutating func one<Value>(of values: [Value]) -> Value { values[Int(random.below(UInt64(values.count)))] }
    private mutating func id() -> UInt128 {
        random.below(3) == 0 ? 0 : UInt128(random.next()) << 64 | UInt128(random.next())
    }
    private mutating func wide() -> Int64 { Int64(bitPattern: random.next() >> random.below(64)) }
    private mutating func currency() -> Currency? {
        random.below(4) == 0 ? nil : try? Currency(one(of: Currency.codes))
    }
}
