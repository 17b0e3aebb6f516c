import ChannelProfile
import Diagnostics
import PlanLanguage
import PlanModel

/// A block of YAML in a page: a whole plan or mock profile, or a fragment of one, which is tagged `yaml fragment` or
/// `yaml profile fragment`.
struct DocumentedPlan: CustomStringConvertible {
    enum Fault: Error, Equatable, CustomStringConvertible {
        /// Neither begins with `plan:` or `profile:` nor is tagged.
        case neitherWholeNorFragment
        case unknownTag(String)
        case notClosed

        var description: String {
            switch self {
            case .neitherWholeNorFragment:
                "begin the block with 'plan:' or 'profile:', or tag it 'yaml fragment' or 'yaml profile fragment'"
            case .unknownTag(let tag):
                "'\(tag)' is no tag of a block of YAML; write 'yaml', 'yaml fragment' or 'yaml profile fragment'"
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
        return DiagnosticRenderer().render(
            document == .plan ? Plan.parse(source).diagnostics : ChannelProfile.parse(source).diagnostics)
    }

    private func text() throws(Fault) -> String {
        guard isClosed else { throw .notClosed }
        let own = lines.map { $0 + "\n" }.joined()
        switch tag {
        case "yaml":
            guard topKeys.first == "plan" || topKeys.first == "profile" else { throw .neitherWholeNorFragment }
            return own
        case "yaml fragment", "yaml profile fragment":
            let rest = document == .plan ? Self.rest : Self.profileRest
            return own + rest.filter { !topKeys.contains($0.key) }.map { "\($0.text)\n" }.joined()
        default: throw .unknownTag(tag)
        }
    }

    private var document: Document { tag.contains("profile") || topKeys.first == "profile" ? .profile : .plan }

    private static let profileRest = [
        (key: "profile", text: "profile: sample"), (key: "channels", text: "channels: {icbc: {}}"),
    ]

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
