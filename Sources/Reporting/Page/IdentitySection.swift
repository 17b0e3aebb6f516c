import Evidence

/// What ran, and how to run it again.
struct IdentitySection {
    let record: RunRecord

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
            ])
    }

    private func code(_ text: String) -> Markup { .element("code", [], text) }

    private func list(_ texts: [String]) -> Markup {
        texts.isEmpty ? Markup("none") : Markup(texts.joined(separator: ", "))
    }
}
