import ChannelProfile
import Testing
import Timebase

@testable import ChannelMock

/// The page's table, cell by cell, against what a shelf does.
@Suite struct IdempotencyTableTests {
    struct Cell: Sendable, CustomTestStringConvertible {
        let row: String
        let preset: IdempotencyPreset
        let text: String

        var testDescription: String { "\(preset.rawValue): \(row)" }
    }

    /// Without the marks of sources and assumptions.
    static let cells: [Cell] = {
        let rows = Page.text("docs/idempotency-presets.md").split(separator: "\n").filter { $0.hasPrefix("|") }
            .map { $0.split(separator: "|").map { $0.trimmed } }
        guard let head = rows.first else { return [] }
        return rows.dropFirst(2).flatMap { row in
            zip(head.dropFirst(), row.dropFirst()).compactMap { name, text in
                IdempotencyPreset(rawValue: name).map { Cell(row: row[0], preset: $0, text: text.withoutSource) }
            }
        }
    }()

    @Test func `the page has a cell for everything and every preset`() {
        #expect(Self.cells.count == 14 * IdempotencyPreset.allCases.count)
    }

    @Test(arguments: cells)
    func `the preset does what the page says`(cell: Cell) throws {
        #expect(try Played(cell.preset).word(for: cell.row) == cell.text)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let inner = drop { $0 == " " }
        return String(inner.reversed().drop { $0 == " " }.reversed())
    }
}

extension String {
    fileprivate var withoutSource: String { replacing(/\ (\[[0-9]\]|\(a\))$/, with: "") }
}

/// A preset, asked for one row of the table.
private struct Played {
    let preset: IdempotencyPreset
    var shelf: IdempotencyShelf
    let begin = Instant(nanoseconds: 1_000)

    init(_ preset: IdempotencyPreset) {
        self.preset = preset
        shelf = IdempotencyShelf(preset, keysMax: 10)
    }

    func word(for row: String) throws -> String? {
        var played = self
        switch row {
        case "Field with the key": return preset.headerName ?? "not looked at"
        case "Longest key": return try played.longestKey()
        case "No key at all": return played.said(played.shelf.claim(key: nil, fingerprint: 1, at: begin))
        case "Remembered for": return try played.lifetime()
        case "The same again after 201": return try played.again(after: 201)
        case "The same again after 402": return try played.again(after: 402)
        case "The same again after 500": return try played.again(after: 500)
        case "The same again after a refusal before any work": return try played.again(after: nil)
        case "The same again after the lifetime": return try played.again(after: 201, wait: preset.lifetime)
        case "The same again while the first is at work": return try played.meanwhile(fingerprint: 1)
        case "Another body after 201": return try played.again(after: 201, fingerprint: 2)
        case "Another body while the first is at work": return try played.meanwhile(fingerprint: 2)
        case "The same key at another operation": return try played.again(after: 201, fingerprint: 3, .refund)
        case "Mark of a replay": return preset.replayMark.map { "\($0.name): \($0.value)" } ?? "none"
        default: return nil
        }
    }

    private func key(_ text: String = "k-1", _ operation: Operation = .authorise) throws -> UInt128? {
        try preset.key(text.utf8Span.span, of: operation)
    }

    private func said(_ claim: IdempotencyShelf.Claim) -> String {
        switch claim {
        case .execute, .unkeyed: "carried out"
        case .replay(let answer):
            (answer == IdempotencyShelf.SavedAnswer(status: answer.status, body: [7]) ? "replayed" : "something else")
                + (preset.replaysAsOfNow ? " as of now" : "")
        case .running: "\(preset.conflict.status) \(preset.conflict.code)"
        case .mismatch: "\(preset.mismatch.status) \(preset.mismatch.code)"
        }
    }

    /// A first request that ended with this status, or was refused before it began; then one more.
    private mutating func again(
        after status: UInt16?, fingerprint: UInt64 = 1, _ operation: Operation = .authorise,
        wait: TimeSpan = .seconds(1)
    ) throws -> String {
        if case .execute(let ticket) = shelf.claim(key: try key(), fingerprint: 1, at: begin) {
            if let status {
                shelf.finish(ticket, status: status, body: [7], at: begin + .milliseconds(30))
            } else {
                shelf.abandon(ticket)
            }
        }
        let key = try key("k-1", operation)
        return said(shelf.claim(key: key, fingerprint: fingerprint, at: begin + wait))
    }

    private mutating func meanwhile(fingerprint: UInt64) throws -> String {
        _ = shelf.claim(key: try key(), fingerprint: 1, at: begin)
        return said(shelf.claim(key: try key(), fingerprint: fingerprint, at: begin + .milliseconds(1)))
    }

    private func longestKey() throws -> String {
        let lengths = (0...300).filter { count in
            do throws(IdempotencyKeyMistake) {
                return try preset.key([UInt8](repeating: 65, count: count).span, of: .authorise) != nil
            } catch {
                #expect(error.problem.status == 400 && error.problem.detail.contains("not \(count)"))
                return false
            }
        }
        guard let longest = lengths.last else { return "not looked at" }
        #expect(lengths == Array(1...longest))
        return "\(longest) bytes"
    }

    /// The last second in which it is replayed, and the next one.
    private func lifetime() throws -> String {
        if preset.lifetime == .zero { return "not looked at" }
        var (before, after) = (self, self)
        #expect(try before.again(after: 201, wait: preset.lifetime - .nanoseconds(1)).hasPrefix("replayed"))
        #expect(try after.again(after: 201, wait: preset.lifetime) == "carried out")
        return "\(Int(preset.lifetime.seconds) / 3600) h"
    }
}
