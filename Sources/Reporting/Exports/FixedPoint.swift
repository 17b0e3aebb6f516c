/// Numbers with so many places, as `%.3f` writes them; without Foundation's formatter.
enum FixedPoint {
    /// Rounded half away from zero. What has no such text (infinite, not a number, beyond 2^63 units of the last place) is
    /// what Swift writes.
    static func text(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard abs(scaled) < 0x1p62 else { return "\(value)" }
        let unit = UInt64(scale)
        let (whole, rest) = UInt64(abs(scaled)).quotientAndRemainder(dividingBy: unit)
        let sign = scaled < 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        // The unit before the rest keeps its zeros, and is dropped.
        return "\(sign)\(whole).\(String(unit + rest).dropFirst())"
    }

    /// To the right of so many columns.
    static func text(_ value: Double, places: Int, columns: Int) -> String {
        right(text(value, places: places), columns)
    }

    static func right(_ text: String, _ columns: Int) -> String {
        String(repeating: " ", count: max(0, columns - text.utf8.count)) + text
    }
}
