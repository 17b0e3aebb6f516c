package import Diagnostics

/// What the language writes down: one grammar, two kinds of file.
package enum Document: String, Sendable, CaseIterable {
    /// A drill: what is driven, how, and what it must show.
    case plan
    /// A world of mock banks.
    case profile

    /// By the first key, as far as it can be seen without reading; a text of neither kind is taken for a plan, and its
    /// mistakes are told then.
    package init(of source: SourceText) {
        let lines = source.bytes.prefix(1 << 16).split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let words = lines.lazy.map { line in
            line.drop { " \t{\"'\u{FEFF}".utf8.contains($0) }
        }
        let first = words.first { !$0.isEmpty && $0.first.map { !"#%-".utf8.contains($0) } ?? false }
        self = first?.starts(with: "profile".utf8) ?? false ? .profile : .plan
    }

    /// What an included file may hold.
    var includable: [String] { self == .plan ? ["journeys", "data"] : ["channels"] }
}
