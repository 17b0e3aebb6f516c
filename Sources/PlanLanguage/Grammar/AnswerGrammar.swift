import ChannelProfile
import Diagnostics
import JSON
import PlanModel

/// `answer`: what a channel answers that is no bank.
enum AnswerGrammar {
    private static let status = Key<Int>.defaulted("status", .integer(200...599), to: 200, shown: "200", "its status")
    private static let json = Key<[UInt8]?>.optional("json", body, "its body; none, when left out")

    static let shape = Shape<FixedAnswer>.record(
        "answer", "The same for every request, whoever asks for what.", [status, json]
    ) { fields, reading in
        if [204, 304].contains(fields[status]), fields.has(json) {
            reading.error(
                "an answer of status \(fields[status]) has no body", at: fields.span(of: json), fix: "leave it out")
        }
        return FixedAnswer(status: fields[status], body: fields[json] ?? [])
    }

    private static let body = Shape<[UInt8]>(form: .json(hasTemplates: false)) { node, name, reading in
        value(node, name, &reading).map { Array($0.written(.compact).utf8) }
    }

    private static func value(_ node: YAMLNode, _ name: String, _ reading: inout PlanReading) -> JSONValue? {
        switch node.content {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(Int64(value))
        case .float(let value):
            if value.isFinite { return .number(value) }
            reading.error("JSON has no '\(node.written)'", at: node.span)
            return nil
        case .text(let text):
            if !text.contains("${") { return .text(text) }
            reading.error(
                "a fixed answer is the same for everyone, so '\(name)' holds no '${'", at: node.span,
                fix: "write the value itself")
            return nil
        case .sequence(let nodes): return .array(nodes.compactMap { value($0, name, &reading) })
        case .mapping(let entries):
            return .object(
                entries.compactMap { entry in
                    value(entry.value, entry.key, &reading).map { (entry.key, $0) }
                })
        }
    }
}
