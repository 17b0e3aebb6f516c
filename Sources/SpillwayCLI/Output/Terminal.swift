import Glibc

/// What a reader's side of an output can show.
package struct Terminal: Sendable, Equatable {
    /// A person's screen, where lines may be drawn again in place.
    package var isInteractive: Bool
    package var columns: Int
    /// Blocks and lines beyond ASCII may be drawn.
    package var isUnicode: Bool
    package var isColoured: Bool

    package init(isInteractive: Bool, columns: Int, isUnicode: Bool, isColoured: Bool) {
        self.isInteractive = isInteractive
        self.columns = columns
        self.isUnicode = isUnicode
        self.isColoured = isColoured
    }

    /// A file, a pipe, a test.
    package static let plain = Terminal(isInteractive: false, columns: 80, isUnicode: false, isColoured: false)

    package static let columnsRange = 20...200

    /// `variable` reads the environment: the locale says which characters there are, NO_COLOR and TERM which effects.
    init(isTerminal: Bool, columns: Int?, variable: (String) -> String?) {
        let isDumb = variable("TERM").map { $0.isEmpty || $0 == "dumb" } ?? true
        isInteractive = isTerminal && !isDumb
        // What is written into a file is as wide as it would be on an ordinary screen.
        let width = (isTerminal ? columns : nil) ?? variable("COLUMNS").flatMap { Int($0) } ?? 80
        self.columns = min(max(width, Self.columnsRange.lowerBound), Self.columnsRange.upperBound)
        isColoured = isInteractive && (variable("NO_COLOR") ?? "").isEmpty
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
        isUnicode = ["utf-8", "utf8"].contains { locale.lowercased().hasSuffix($0) }
    }

    /// As the process finds it now: a window changes its width.
    static func of(_ descriptor: Int32) -> Terminal {
        Terminal(isTerminal: isatty(descriptor) == 1, columns: width(of: descriptor)) { name in
            unsafe getenv(name).map { unsafe String(cString: $0) }
        }
    }

    private static func width(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
