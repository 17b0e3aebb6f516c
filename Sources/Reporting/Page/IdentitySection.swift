import Evidence
import JSON
import Numerals

/// What ran, where, and how to run it again.
struct IdentitySection {
    let record: RunRecord
    /// What environment.json says.
    let environment: JSONValue?

    var markup: Markup {
        let identity = record.identity
        return .section(
            "identity", "What ran",
            [
                .facts([
                    ("plan", Markup(identity.plan)), ("digest of the plan", code(identity.planDigest)),
                    ("seed", code(String(identity.seed))), ("run", code(identity.runID)),
                    ("version", Markup(identity.version)), ("world", Markup(identity.world.rawValue)),
                    ("targets", list(identity.targets)),
                    ("allowed by the plan", list(identity.allowed)),
                    ("permitted outside the plan", list(identity.permitted)),
                ]),
                .element(
                    "p", [],
                    [
                        Markup("The same arrivals and data again, with the plan of this digest as PLAN: "),
                        code("spillway \(identity.world.verb) PLAN --seed \(identity.seed)"),
                    ]),
            ] + place)
    }

    private var place: [Markup] {
        guard case .object(let members)? = environment, !members.isEmpty else {
            return [.element("p", [("class", "soft")], "Of the host and the hour only environment.json tells.")]
        }
        let facts = members.prefix(PageLimits.rowsMax).compactMap { key, value in
            Self.words(key, value).map { (String(key.map { $0 == "_" ? " " : $0 }), Markup($0)) }
        }
        return [.element("h3", [("class", "group")], "Where and when"), .facts(facts)]
    }

    private static func words(_ key: String, _ value: JSONValue) -> String? {
        if key.hasSuffix("_bytes"), let bytes = value.double { return Figures.bytes(bytes) }
        if let text = value.string { return text }
        return value.double.map(RunPlot.number)
    }

    private func code(_ text: String) -> Markup { .element("code", [], text) }

    private func list(_ texts: [String]) -> Markup {
        texts.isEmpty ? Markup("none") : Markup(texts.joined(separator: ", "))
    }
}
