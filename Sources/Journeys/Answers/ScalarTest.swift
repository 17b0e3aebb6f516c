import JSON
import PlanModel

/// Whether a JSON value is the one that the plan names. Numbers are compared as numbers, and never equal a text.
enum ScalarTest: Sendable {
    case text([UInt8])
    case number(Double, [UInt8])
    /// `true`, `false`, `null`.
    case word([UInt8])

    init(_ scalar: JSONScalar) {
        switch scalar {
        case .null: self = .word(Array("null".utf8))
        case .boolean(let value): self = .word(Array((value ? "true" : "false").utf8))
        case .integer(let value): self = .number(Double(value), Array(String(value).utf8))
        case .float(let value): self = .number(value, Array(String(value).utf8))
        case .text(let text): self = .text(Array(text.utf8))
        }
    }

    func matches(_ value: Span<UInt8>, _ form: Slot.Form) -> Bool {
        switch self {
        case .text(let text): form == .text && value.equals(text.span)
        case .word(let word): form == .json && value.equals(word.span)
        case .number(let number, let digits):
            form == .json && (value.equals(digits.span) || value.number == number)
        }
    }
}

extension [ScalarTest] {
    func anyMatches(_ value: Span<UInt8>, _ form: Slot.Form) -> Bool {
        for index in indices where self[index].matches(value, form) { return true }
        return false
    }
}

extension Span<UInt8> {
    func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where lowercase(self[index]) != lowercase(other[index]) { return false }
        return true
    }

    /// Nil for what is no number, as a text in capitals or an object is none.
    fileprivate var number: Double? {
        var text: [UInt8] = []
        text.append(self)
        return Double(String(decoding: text, as: UTF8.self))
    }
}

@inline(__always)
private func lowercase(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
