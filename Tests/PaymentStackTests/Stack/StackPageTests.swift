import EventLoop
import HTTPService
import HTTPWire
import StackVocabulary
import TestFolders
import Testing

@testable import PaymentStack

/// docs/payment-stack.md, held against what the stack does.
struct StackPageTests {
    private static func page() throws -> String {
        let root = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }
        let page = try TestFolder().text(of: "\(root)/docs/payment-stack.md")
        try #require(!page.isEmpty)
        return page
    }

    /// Cells of the rows below a head.
    private static func table(_ head: String) throws -> [[String]] {
        let lines = try page().split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix(head) }, "no table \(head)")
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|").map { String($0.trimmingPrefix(while: \.isWhitespace)).droppingSpaces }
        }
    }

    /// What stands in backquotes.
    private static func names(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }

    @Test func `the page lists all that can be planted, and who must see it`() throws {
        let rows = try Self.table("| Defect | What is wrong")
        #expect(rows == Defect.allCases.map { ["`\($0.name)`", $0.wrong, $0.caughtBy] })
    }

    @Test func `the page lists every metric, with its kind`() throws {
        let told = try Self.table("| Name | Kind").flatMap { row in Self.names(row[0]).map { "\($0) \(row[1])" } }
        try StackRig.run { rig in
            _ = try await rig.pay()
            let text = try await rig.send(.get, "/metrics").response.bodyText
            let real = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE spillway_stack_") }
                .map { String($0.dropFirst("# TYPE spillway_stack_".count)) }
            #expect(told.sorted() == real.sorted())
        }
    }

    @Test func `metrics that mechanisms name are there`() throws {
        let known = Set(try Self.table("| Name | Kind").flatMap { Self.names($0[0]) })
        for row in try Self.table("| Mechanism | Where") {
            for name in Self.names(row[4]) { #expect(known.contains(name.beforeBrace), "\(row[0]): \(name)") }
            for name in Self.names(row[3]) where name.contains("-") && name != "merchant-rate" {
                #expect(Defect(name: name) != nil, "\(row[0]): \(name)")
            }
        }
    }

    @Test func `the commands of the page work in their order`() throws {
        let commands = try Self.page().split(separator: "\n").filter { $0.hasPrefix("curl ") }.map(ShellCommand.init)
        #expect(commands.count == 14)
        try StackRig.run { rig in
            var id = ""
            for command in commands {
                let answer = try await command.run(on: rig, id: id)
                #expect(answer.status == command.status, "\(command.line): \(answer.response.bodyText)")
                if id.isEmpty { id = answer.id }
            }
        }
    }
}

/// A line of the page that calls curl, with the status that it says.
private struct ShellCommand {
    let line: String
    let status: UInt16

    init(_ line: Substring) {
        let parts = line.split(separator: "  # ")
        self.line = String(parts[0])
        status = parts.count == 2 ? UInt16(parts[1]) ?? 0 : 0
    }

    func run(on rig: StackRig, id: String) async throws -> StackRig.Answer {
        let words = Self.words(
            line.replacing("$MARK", with: "X-Shadow: \(rig.token())").replacing("$ID", with: id)
                .replacing("$TOKEN", with: StackRig.operatorToken))
        var (fields, body): ([(String, String)], String?) = ([], nil)
        var (method, target) = (HTTPWire.Method.get, "")
        var index = 1
        while index < words.count {
            switch words[index] {
            case "-H":
                let parts = words[index + 1].split(separator: ": ", maxSplits: 1).map(String.init)
                fields.append((parts[0].lowercased(), parts[1]))
                index += 1
            case "-d":
                body = words[index + 1]
                if method == .get { method = .post }
                index += 1
            case "-X":
                method = words[index + 1] == "PUT" ? .put : .post
                index += 1
            default: target = words[index]
            }
            index += 1
        }
        return try await rig.ask(target, method, body, fields)
    }

    /// As a shell splits them, quotes taken off.
    private static func words(_ line: String) -> [String] {
        var (words, word, quote): ([String], String, Character?) = ([], "", nil)
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == " " {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return words + (word.isEmpty ? [] : [word])
    }
}

extension StackRig {
    /// Where the page's variables say.
    fileprivate func ask(
        _ target: String, _ method: HTTPWire.Method, _ body: String?, _ fields: [(String, String)]
    ) async throws -> Answer {
        if target.hasPrefix("$DESK") {
            return try await operate(method, String(target.dropFirst(5)), body, fields)
        }
        return try await send(method, String(target.dropFirst(6)), body, fields, shadow: false)
    }
}

extension String {
    fileprivate var droppingSpaces: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }

    fileprivate var beforeBrace: String { String(prefix { $0 != "{" }) }
}
