package import Timebase

/// A place on a drill's clock: `60s` after the traffic begins, or `@flash+5s` after the stage `flash` does.
package struct DrillInstant: PlanValue {
    /// Nil for the beginning of the traffic.
    package let stage: String?
    package let offset: TimeSpan

    package init(stage: String? = nil, offset: TimeSpan = .zero) {
        self.stage = stage
        self.offset = offset
    }

    package static let kind = "an instant"
    package static let examples = ["60s", "@flash", "@flash+5s"]
    package static let pattern = #"^(@[^+@]+(\+[0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))?|[0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))$"#

    package init(parsing text: String) throws(ValueMistake) {
        guard text.hasPrefix("@") else {
            guard text.first.map({ "0"..."9" ~= $0 }) ?? false else {
                let fix = text.isEmpty ? Quantity.choice(Self.examples) : "write '@\(text)' for the start of a stage"
                throw ValueMistake("is an instant, not '\(text)'", fix: fix)
            }
            self.init(offset: try TimeSpan(parsing: text))
            return
        }
        let parts = text.dropFirst().split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard let stage = parts.first, !stage.isEmpty else {
            throw ValueMistake("names no stage behind '@'", fix: "write '@flash' for the start of the stage 'flash'")
        }
        self.init(stage: String(stage), offset: parts.count > 1 ? try TimeSpan(parsing: String(parts[1])) : .zero)
    }

    package var description: String {
        guard let stage else { return "\(offset)" }
        return offset == .zero ? "@\(stage)" : "@\(stage)+\(offset)"
    }
}
