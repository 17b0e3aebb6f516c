import JSON
import PlanModel

extension JourneyContext {
    /// A longer value is not kept.
    package static let keptBytesMax = 8_192
    /// A regular expression looks at no more of a body.
    package static let patternBytesMax = 65_536

    /// What an answer means for the step; values are kept only of an answer that is `ok`. A status that the step
    /// expects is expected, however the plan classifies it elsewhere.
    ///
    /// - Parameter head: as it came, from the status line on.
    /// - Parameter body: without the framing of its transfer.
    package func check(
        _ step: CompiledStep, status: Int, head: Span<UInt8>, body: Span<UInt8>
    ) -> StepVerdict {
        guard let expectation = step.request?.expectation else {
            preconditionFailure("'\(step.title)' has no answer")
        }
        guard expectation.accepts(status) else { return classified(status) }
        for index in expectation.headers.indices {
            let header = expectation.headers[index]
            guard Self.hasField(header.name.span, header.value.span, in: head) else {
                return .expectationFailed(.header(index))
            }
        }
        for index in expectation.json.indices where !holds(expectation.json[index], in: body) {
            return .expectationFailed(.json(index))
        }
        if let pattern = expectation.pattern, !matches(pattern, body) { return .expectationFailed(.body) }
        for index in expectation.keeps.indices where !keep(expectation.keeps[index], of: body) {
            return .expectationFailed(.keep(index))
        }
        return .ok
    }

    private func classified(_ status: Int) -> StepVerdict {
        if book.classify.shed.contains(status) { return .shed }
        if book.classify.declined.contains(status) { return .declined }
        if book.classify.unknown.contains(status) { return .unknown }
        return .expectationFailed(.status)
    }

    private func holds(
        _ expected: (path: JSONPathScan, values: [ScalarTest]), in body: Span<UInt8>
    ) -> Bool {
        guard let finding = expected.path.find(in: body) else { return false }
        let form: Slot.Form = finding.kind == .text ? .text : .json
        guard finding.hasEscapes else {
            return expected.values.anyMatches(body.extracting(finding.range), form)
        }
        signed.removeAll(keepingCapacity: true)
        guard JSONEscapes.unescape(body.extracting(finding.range), into: &signed) else { return false }
        let value = signed
        return expected.values.anyMatches(value.span, form)
    }

    private func keep(_ keep: CompiledKeep, of body: Span<UInt8>) -> Bool {
        guard let finding = keep.path.find(in: body), finding.range.count <= Self.keptBytesMax else { return false }
        let start = values.count
        let raw = body.extracting(finding.range)
        if finding.hasEscapes {
            guard JSONEscapes.unescape(raw, into: &values) else { return false }
        } else {
            values.append(raw)
        }
        values.repairUTF8(from: start)
        let form: Slot.Form = finding.kind == .text ? .text : .json
        if let ring = keep.ring, finding.kind != .null {
            loop.push(values, from: start, form, ring: ring)
        }
        place(keep.slot, form, from: start)
        return true
    }

    private func matches(_ pattern: Int, _ body: Span<UInt8>) -> Bool {
        signed.removeAll(keepingCapacity: true)
        signed.append(body.extracting(0..<min(body.count, Self.patternBytesMax)))
        let text = String(decoding: signed, as: UTF8.self)
        return (try? loop.patterns[pattern].firstMatch(in: text)) != nil
    }

    /// Whether any field of this name has this value.
    private static func hasField(_ name: Span<UInt8>, _ value: Span<UInt8>, in head: Span<UInt8>) -> Bool {
        var start = 0
        while let end = lineEnd(head, from: start) {
            let line = head.extracting(start..<end)
            start = end + 2
            guard line.count > name.count, line[name.count] == UInt8(ascii: ":"),
                line.extracting(0..<name.count).equalsIgnoringCase(name)
            else { continue }
            if line.extracting(trimmed(line, from: name.count + 1)).equals(value) { return true }
        }
        return false
    }

    private static func lineEnd(_ head: Span<UInt8>, from start: Int) -> Int? {
        var place = start
        while place + 1 < head.count {
            if head[place] == 0x0D, head[place + 1] == 0x0A { return place }
            place += 1
        }
        return nil
    }

    /// Without the blanks around.
    private static func trimmed(_ line: Span<UInt8>, from place: Int) -> Range<Int> {
        var (start, end) = (place, line.count)
        while start < end, line[start] == 0x20 || line[start] == 0x09 { start += 1 }
        while end > start, line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}

extension [UInt8] {
    /// An answer may hold what is no UTF-8; a request never does.
    fileprivate mutating func repairUTF8(from start: Int) {
        var isASCII = true
        for index in start..<count where self[index] >= 0x80 { isASCII = false }
        if isASCII || (try? UTF8Span(validating: span.extracting(start..<count))) != nil { return }
        let repaired = String(decoding: self[start...], as: UTF8.self)
        removeLast(count - start)
        append(contentsOf: repaired.utf8)
    }
}
