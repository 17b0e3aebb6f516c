import Diagnostics
import PlanLanguage
import PlanModel

/// A block of YAML in a page: a whole plan, or a fragment of one, which is tagged `yaml fragment`.
struct DocumentedPlan: CustomStringConvertible {
    enum Fault: Error, Equatable, CustomStringConvertible {
        /// Neither begins with `plan:` nor is tagged.
        case neitherPlanNorFragment
        case unknownTag(String)
        case notClosed

        var description: String {
            switch self {
            case .neitherPlanNorFragment: "begin the block with 'plan:', or tag it 'yaml fragment'"
            case .unknownTag(let tag): "'\(tag)' is no tag of a block of YAML; write 'yaml' or 'yaml fragment'"
            case .notClosed: "the block is not closed"
            }
        }
    }

    let path: String
    /// Of the fence, from 1.
    let line: Int
    private let tag: String
    private let lines: [Substring]
    private let isClosed: Bool

    var description: String { "\(path):\(line)" }

    /// What is wrong, at its line of the page; empty when nothing is.
    func mistakes() throws(Fault) -> String {
        let text = try text()
        // Empty lines before it give each line its number in the page.
        let source = SourceText(name: path, text: String(repeating: "\n", count: line) + text)
        return DiagnosticRenderer().render(Plan.parse(source).diagnostics)
    }

    private func text() throws(Fault) -> String {
        guard isClosed else { throw .notClosed }
        let own = lines.map { $0 + "\n" }.joined()
        switch tag {
        case "yaml":
            guard topKeys.first == "plan" else { throw .neitherPlanNorFragment }
            return own
        case "yaml fragment":
            return own + Self.rest.filter { !topKeys.contains($0.key) }.map { "\($0.text)\n" }.joined()
        default: throw .unknownTag(tag)
        }
    }

    /// The smallest plan, by its top keys.
    private static let rest = [
        (key: "plan", text: "plan: sample"), (key: "target", text: "target: {url: 'http://127.0.0.1:1'}"),
        (key: "journeys", text: "journeys: {pay: {steps: [GET /: {}]}}"),
        (key: "traffic", text: "traffic: [{hold: {for: 1s, rate: 1/s}}]"),
    ]

    private var topKeys: [String] {
        lines.compactMap { line in
            guard let first = line.first, first.isLetter, let colon = line.firstIndex(of: ":") else { return nil }
            return String(line[..<colon])
        }
    }

    /// The blocks of a page whose tag begins with `yaml` or `yml`.
    static func blocks(of path: String, _ text: String) -> [DocumentedPlan] {
        var blocks: [DocumentedPlan] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var number = 0
        while number < lines.count {
            defer { number += 1 }
            guard let fence = Fence(lines[number]) else { continue }
            let first = number + 1
            number = lines[first...].firstIndex { fence.isClosed(by: $0) } ?? lines.count
            guard fence.tag.hasPrefix("yaml") || fence.tag.hasPrefix("yml") else { continue }
            blocks.append(
                DocumentedPlan(
                    path: path, line: first, tag: fence.tag,
                    lines: lines[first..<number].map { $0.dropFirst(fence.indent) }, isClosed: number < lines.count))
        }
        return blocks
    }

    private struct Fence {
        let indent: Int
        let tag: String

        init?(_ line: Substring) {
            let text = line.drop { $0 == " " }
            guard text.hasPrefix("```") else { return nil }
            indent = line.count - text.count
            tag = text.dropFirst(3).split(separator: " ").joined(separator: " ")
        }

        func isClosed(by line: Substring) -> Bool { Fence(line)?.tag == "" }
    }
}
