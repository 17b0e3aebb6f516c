/// Numbers with so many places, as `%.3f` writes them; without Foundation's formatter.
enum FixedPoint {
    /// Rounded half away from zero. What has no such text (infinite, not a number, beyond 2^63 units of the last place) is
    /// what Swift writes.
    static func text(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard abs(scaled) < 0x1p62 else { return "\(value)" }
        let digits = String(Int64(scaled).magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = scaled < 0 ? "-" : ""
        return places == 0 ? sign + padded : "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    /// To the right of so many columns.
    static func text(_ value: Double, places: Int, columns: Int) -> String {
        right(text(value, places: places), columns)
    }

    static func right(_ text: String, _ columns: Int) -> String {
        String(repeating: " ", count: max(0, columns - text.utf8.count)) + text
    }
}
