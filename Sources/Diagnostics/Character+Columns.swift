extension Character {
    /// The columns of a terminal that this character takes.
    var columnCount: Int {
        if let ascii = asciiValue { return ascii >= 0x20 ? 1 : 0 }
        // U+FE0F asks for the picture instead of the sign: ❤ becomes ❤️.
        if unicodeScalars.contains("\u{FE0F}") { return 2 }
        return unicodeScalars.map(\.columnCount).max() ?? 0
    }
}

extension Unicode.Scalar {
    fileprivate var columnCount: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: 0
        default: properties.isEmojiPresentation || isWide ? 2 : 1
        }
    }

    /// East Asian width W or F (Unicode Standard Annex 11), as blocks; the standard library has no such property.
    private var isWide: Bool {
        switch value {
        case 0..<0x1100: false
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
            0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
