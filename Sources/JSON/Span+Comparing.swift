extension Span<UInt8> {
    package func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        let whole = count & ~7
        for offset in stride(from: 0, to: whole, by: 8) {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if unsafe word != other.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
        }
        for index in whole..<count where other[index] != self[index] { return false }
        return true
    }

    package func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { letters in
            for index in 0..<count where unsafe letters[index] != self[index] { return false }
            return true
        }
    }

    package func starts(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && extracting(0..<text.utf8CodeUnitCount).equals(text)
    }
}
