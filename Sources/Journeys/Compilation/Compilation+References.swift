import Diagnostics
import PlanModel

extension Compilation {
    /// Literals are encoded as the place needs them; a target's are as the plan wrote them.
    mutating func program(_ template: Template, as place: Place, of request: Request? = nil) -> Program {
        var program = Program()
        for segment in template.segments {
            switch segment {
            case .literal(let text):
                let bytes = Array(text.utf8)
                if place == .target {
                    program.addTarget(bytes)
                } else {
                    program.add(bytes.span, .text, as: place == .jsonValue ? .jsonText : place)
                }
            case .reference(let reference): add(reference, as: place, of: request, to: &program)
            }
        }
        return program
    }

    private mutating func add(
        _ reference: Template.Reference, as place: Place, of request: Request?, to program: inout Program
    ) {
        let rest = reference.path.dropFirst().joined(separator: ".")
        switch reference.path[0] {
        case "id": program.addClean(slot: once(\.layout.id, "id"), as: place)
        case "seq": program.add(.value(slot: once(\.layout.seq, "seq"), .raw))
        case "uuid": program.addClean(slot: once(\.needs.uuid, "uuid"), as: place)
        case "now": program.add(.value(slot: once(\.needs.now, "now"), place))
        case "webhook":
            if setting.webhookURL == nil {
                report("nobody listens for webhooks, so '${webhook}' is no address", reference.span)
            }
            program.add(.value(slot: once(\.layout.webhook, "webhook"), place))
        case "run": addRun(rest, as: place, to: &program)
        case "shadow": program.add(Array(setting.shadowToken.utf8).span, .text, as: place)
        case "env": addVariable(rest, reference, as: place, to: &program)
        case "request": addPart(rest, of: request, as: place, to: &program)
        case "recent": program.add(.value(slot: recent(rest), place))
        case let root:
            if let source = sources[root] {
                if let source { add(source, root, rest, reference, as: place, to: &program) }
            } else {
                program.add(.value(slot: kept(root), place))
            }
        }
    }

    private mutating func once(_ known: WritableKeyPath<Compilation, Int?>, _ name: String) -> Int {
        let slot = layout.slot(name)
        self[keyPath: known] = slot
        return slot
    }

    private func addRun(_ part: String, as place: Place, to program: inout Program) {
        switch part {
        case "id": program.add(Array(setting.runID.utf8).span, .text, as: place)
        case "plan": program.add(Array(plan.name.utf8).span, .text, as: place)
        default: program.add(Array(String(plan.seed).utf8).span, .json, as: place)
        }
    }

    private mutating func addVariable(
        _ name: String, _ reference: Template.Reference, as place: Place, to program: inout Program
    ) {
        guard let value = setting.environment[name] else {
            report("the environment has no '\(name)'", reference.span, fix: "set it before the run")
            return
        }
        program.add(Array(value.utf8).span, .text, as: place)
    }

    private func addPart(_ part: String, of request: Request?, as place: Place, to program: inout Program) {
        switch part {
        case "method": program.add(Array((request?.method ?? "").utf8).span, .text, as: place)
        case "path": program.add(.requestPath)
        default: program.add(.requestBody)
        }
    }

    private mutating func recent(_ name: String) -> Int {
        let slot = layout.slot("recent.\(name)")
        if !needs.recent.contains(where: { $0.slot == slot }) { needs.recent.append((slot, ring(name))) }
        return slot
    }

    mutating func ring(_ name: String) -> Int {
        if let ring = recentNames.firstIndex(of: name) { return ring }
        recentNames.append(name)
        return recentNames.count - 1
    }

    private mutating func kept(_ name: String) -> Int {
        let slot = layout.slot(name)
        if !needs.kept.contains(slot) { needs.kept.append(slot) }
        return slot
    }

    mutating func report(_ message: String, _ span: SourceSpan, fix: String? = nil) {
        collector.report(.error(message, at: span, fix: fix))
    }
}

extension Program {
    /// A text of characters that stand anywhere as they are.
    mutating func addClean(slot: Int, as place: Place) {
        let quote = place == .jsonValue ? "\"" : ""
        add(quote)
        add(.value(slot: slot, .raw))
        add(quote)
    }

    /// Of a target, only what cannot stand in a request line is encoded: `%20` was written by someone who meant it.
    mutating func addTarget(_ text: [UInt8]) {
        var encoded: [UInt8] = []
        for byte in text {
            if byte > 0x20, byte < 0x7F, !"\"<>\\^`{|}".utf8.contains(byte) {
                encoded.append(byte)
            } else {
                encoded.appendPercentEncoded([byte].span, isForm: false)
            }
        }
        add(encoded.span)
    }
}
