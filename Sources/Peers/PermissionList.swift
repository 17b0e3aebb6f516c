package import Diagnostics
package import PlanValues

/// What is permitted outside the plan: networks of the command line and of a policy file.
///
///     # who may be hit from this machine
///     10.20.0.0/16      # the drill's own network
///     2001:db8::/32
package struct PermissionList: Sendable {
    /// Names the policy file where the command line names none.
    package static let variable = "SPILLWAY_POLICY"
    /// A longer file is a mistake.
    package static let blocksMax = 1_000

    package private(set) var blocks: [NetworkBlock] = []
    /// As they were written, for the report.
    package private(set) var written: [String] = []

    package init() {}

    /// `text` as behind `--allow`.
    package mutating func add(argument text: String, into diagnostics: inout DiagnosticCollector) {
        let source = SourceText(name: "--allow", text: text)
        add(source, 0..<source.bytes.count, &diagnostics)
    }

    /// One network a line; what stands behind '#' is a comment.
    package mutating func add(file source: SourceText, into diagnostics: inout DiagnosticCollector) {
        for line in source.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let text = line.prefix { $0 != UInt8(ascii: "#") }
            let isSpace = { (byte: UInt8) in byte == 32 || byte == 9 || byte == 13 }
            if let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
            {
                guard blocks.count < Self.blocksMax else {
                    let span = SourceSpan(source, first..<last + 1)
                    diagnostics.report(.error("a policy may hold at most \(Self.blocksMax) networks", at: span))
                    return
                }
                add(source, first..<last + 1, &diagnostics)
            }
        }
    }

    private mutating func add(_ source: SourceText, _ range: Range<Int>, _ diagnostics: inout DiagnosticCollector) {
        let text = String(decoding: source.bytes[range], as: UTF8.self)
        let span = SourceSpan(source, range)
        guard let block = NetworkBlock(text) else {
            diagnostics.report(
                .error("'\(text)' is no network", at: span, fix: "write one as in '10.20.0.0/16' or '2001:db8::/32'"))
            return
        }
        guard block.isClean else {
            diagnostics.report(
                .error(
                    "'\(text)' has bits set behind its prefix", at: span,
                    fix: "write the network's first address, or a longer prefix"))
            return
        }
        blocks.append(block)
        written.append(text)
    }
}
