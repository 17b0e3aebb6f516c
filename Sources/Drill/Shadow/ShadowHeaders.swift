import Diagnostics
package import PlanModel
package import ShadowTag

extension ShadowMarks {
    /// What every request of a run carries to be known as shadow traffic, ready to be sent: the plan's own headers and
    /// W3C baggage. `traceparent` differs from request to request, and is written by `Traceparent`.
    ///
    /// A plan without headers of its own sends the token as `X-Shadow`. The plan has come through the preflight: its
    /// headers name what a run knows, and nothing else.
    package func fields(
        tag: ShadowTag, plan: String, seed: UInt64, environment: [String: String]
    ) -> [(name: [UInt8], value: [UInt8])] {
        let run = RunWords(tag: tag, plan: plan, seed: seed, environment: environment)
        var fields = headers.map { (name: Array($0.name.utf8), value: Array(run.text(of: $0.value).utf8)) }
        if fields.isEmpty { fields.append((name: Array("X-Shadow".utf8), value: Array(tag.token.utf8))) }
        if baggage { fields.append((name: Array("baggage".utf8), value: Array(tag.baggage.utf8))) }
        return fields
    }

    /// Headers that `fields` could not make, and what to write instead.
    func mistakes(in environment: [String: String]) -> [(words: String, fix: String, span: SourceSpan)] {
        headers.flatMap(\.value.references).compactMap { reference in
            let name = reference.path.joined(separator: ".")
            if !RunWords.isKnown(reference.path) {
                return (
                    "a shadow header is the same on every request, and '\(name)' is not",
                    "write one of 'shadow.token', 'run.id', 'run.plan', 'run.seed' and 'env.NAME'", reference.span
                )
            }
            return RunWords.mistake(of: reference, in: environment)
        }
    }
}

/// What templates may say of a run as a whole.
struct RunWords {
    let tag: ShadowTag
    let plan: String
    let seed: UInt64
    let environment: [String: String]

    static func isKnown(_ path: [String]) -> Bool {
        [["shadow", "token"], ["run", "id"], ["run", "plan"], ["run", "seed"]].contains(path)
            || path.count == 2 && path[0] == "env"
    }

    /// A value that no header can hold, and what to do about it.
    static func mistake(
        of reference: Template.Reference, in environment: [String: String]
    ) -> (words: String, fix: String, span: SourceSpan)? {
        guard reference.path[0] == "env", let value = environment[reference.path[1]],
            value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f })
        else { return nil }
        return (
            "the value of '\(reference.path[1])' has bytes that no header can hold", "look for a line end behind it",
            reference.span
        )
    }

    /// Of a template that names what a run knows, and nothing else.
    func text(of template: Template) -> String {
        template.segments.map { segment in
            switch segment {
            case .literal(let literal): return literal
            case .reference(let reference):
                guard let value = value(of: reference.path) else {
                    preconditionFailure("a header names '\(reference.path.joined(separator: "."))'")
                }
                return value
            }
        }.joined()
    }

    private func value(of path: [String]) -> String? {
        switch path {
        case ["shadow", "token"]: tag.token
        case ["run", "id"]: tag.runID.text
        case ["run", "plan"]: plan
        case ["run", "seed"]: String(seed)
        case let path where Self.isKnown(path): environment[path[1]] ?? ""
        default: nil
        }
    }
}
