import Diagnostics
import PlanModel

/// What one reading of a plan or a profile gathers: what is wrong, which names are declared, and which are mentioned.
///
/// Mentions are resolved at the end, since a plan may name things before it declares them. A thing whose own
/// description is wrong still declares its name, so that one mistake gives one diagnostic.
struct PlanReading {
    enum Kind: String {
        case stage, journey, data, series, service, channel
    }

    struct Mention {
        let kind: Kind
        let name: String
        let span: SourceSpan
    }

    struct TemplateMention {
        let reference: Template.Reference
        /// What earlier steps of the journey kept.
        let kept: [String]
        /// Roots that only this place has: `request`.
        let extraRoots: [String]
    }

    var collector = DiagnosticCollector()
    var declared: [Kind: [Located<String>]] = [:]
    var mentions: [Mention] = []
    var templates: [TemplateMention] = []
    /// What the journey under way has kept so far, and what any journey keeps (for `recent`).
    var kept: [String] = []
    var keptAnywhere: [String] = []
    var extraRoots: [String] = []
    /// Columns are known when the file is read; other data have no parts.
    var dataWithColumns: Set<String> = []
    let document: Document
    let environment: [String: String]?

    init(_ document: Document, environment: [String: String]?) {
        self.document = document
        self.environment = environment
    }

    mutating func error(_ message: String, at span: SourceSpan, fix: String? = nil, notes: [Diagnostic.Note] = []) {
        collector.report(.error(message, at: span, fix: fix, notes: notes))
    }

    mutating func declare(_ kind: Kind, _ name: Located<String>) {
        if let first = declared[kind, default: []].first(where: { $0.value == name.value }) {
            error(
                "two \(kind.rawValue)s are called '\(name.value)'", at: name.span, fix: "give one another name",
                notes: [.init("the first is here", at: first.span)])
        }
        declared[kind, default: []].append(name)
    }

    mutating func mention(_ kind: Kind, _ name: String, at span: SourceSpan) {
        mentions.append(Mention(kind: kind, name: name, span: span))
    }

    func isDeclared(_ kind: Kind, _ name: String) -> Bool {
        declared[kind, default: []].contains { $0.value == name }
    }

    // MARK: The end

    mutating func resolve() {
        for mention in mentions where !isDeclared(mention.kind, mention.name) {
            let known = declared[mention.kind, default: []].map(\.value)
            let noun = mention.kind.rawValue
            // Without a profile that can be read, which channels there are is not known.
            if mention.kind == .channel, known.isEmpty { continue }
            error(
                known.isEmpty
                    ? "the plan has no \(noun) '\(mention.name)', and no other"
                    : "there is no \(noun) '\(mention.name)'",
                at: mention.span,
                fix: Self.advice(mention.name, known, mention.kind == .channel ? "the profile's: " : "the plan's: "))
        }
        for mention in templates { resolve(mention) }
    }

    private mutating func resolve(_ mention: TemplateMention) {
        let (path, span) = (mention.reference.path, mention.reference.span)
        let rest = path.dropFirst().joined(separator: ".")
        switch path[0] {
        case let root where mention.kept.contains(root) || ["id", "uuid", "seq", "now", "webhook"].contains(root):
            if !rest.isEmpty { error("'\(root)' has no parts", at: span, fix: "write '${\(root)}'") }
        case "run": requirePart(rest, of: "run", ["id", "seed", "plan"], at: span)
        case "shadow": requirePart(rest, of: "shadow", ["token"], at: span)
        case "request" where mention.extraRoots.contains("request"):
            requirePart(rest, of: "request", ["method", "path", "body"], at: span)
        case "recent" where rest.isEmpty:
            error("'recent' needs the name of a kept value", at: span, fix: "write '${recent.payment}'")
        case "recent":
            if !keptAnywhere.contains(rest) {
                error(
                    "no journey keeps '\(rest)'", at: span,
                    fix: Self.advice(rest, keptAnywhere, "'keep' in a step names what 'recent' gives: "))
            }
        case "env": resolveVariable(rest, at: span)
        case let root where isDeclared(.data, root):
            if !rest.isEmpty, !dataWithColumns.contains(root) {
                error("'\(root)' is no csv, so it has no '\(rest)'", at: span, fix: "write '${\(root)}'")
            }
        case let root: unknown(root, mention)
        }
    }

    private mutating func requirePart(_ part: String, of root: String, _ known: [String], at span: SourceSpan) {
        guard !known.contains(part) else { return }
        let forms = known.map { "'${\(root).\($0)}'" }.joined(separator: " or ")
        error("'\(root)' has no part '\(part)'", at: span, fix: "write \(forms)")
    }

    mutating func resolveVariable(_ name: String, at span: SourceSpan) {
        if name.isEmpty {
            error("'env' needs the name of a variable", at: span, fix: "write '${env.NAME}'")
        } else if let environment, environment[name] == nil {
            collector.report(.warning("the environment has no '\(name)'", at: span, fix: "set it before the run"))
        }
    }

    private mutating func unknown(_ root: String, _ mention: TemplateMention) {
        let own = mention.kept + declared[.data, default: []].map(\.value)
        let known =
            own + ["id", "uuid", "seq", "now", "webhook", "run", "shadow", "recent", "env"] + mention.extraRoots
        let isLater = keptAnywhere.contains(root)
        let fix =
            isLater
            ? "a value kept by another journey is '${recent.\(root)}'" : Self.advice(root, known, "known here: ")
        error(
            isLater ? "no earlier step of this journey keeps '\(root)'" : "nothing is called '\(root)'",
            at: mention.reference.span, fix: fix)
    }

    /// The name that was meant, or a few of the known ones.
    static func advice(_ name: String, _ known: [String], _ introduction: String) -> String? {
        if let closest = Spelling.closest(to: name, among: known) { return "did you mean '\(closest)'?" }
        if known.isEmpty { return nil }
        return introduction + known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", …" : "")
    }
}
