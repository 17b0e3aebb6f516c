import ChannelProfile

// The libFuzzer entry of the reader of statements; scripts/fuzz builds and runs it.
//
// An input's first byte says the form (even: CSV) and, with the second, where the rest is cut in two. A finding is a
// trap, a statement that reads differently when it comes in two pieces, or a line that is another one when it was
// written and read again.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count >= 2 else { return 0 }
    // libFuzzer lends `count` bytes for the duration of this call.
    let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    let form = input[0] & 1 == 0 ? StatementRule.Form.csv : .ndjson
    let text = Array(input.dropFirst(2))
    let cut = min(text.count, Int(input[0] >> 1) << 8 | Int(input[1]))
    let whole = lines([text], form)
    precondition(lines([Array(text[..<cut]), Array(text[cut...])], form) == whole, "a cut changes what is read")
    guard case .success(let read) = whole else { return 0 }
    var again = form == .csv ? Array(StatementLine.header.utf8) : []
    for line in read { line.append(form, to: &again) }
    precondition(lines([again], form) == whole, "what was written reads back as something else")
    return 0
}

private func lines(_ pieces: [[UInt8]], _ form: StatementRule.Form) -> Result<[StatementLine], StatementFault> {
    var reader = ChannelStatementReader(form)
    var lines: [StatementLine] = []
    do throws(StatementFault) {
        for piece in pieces { lines += try reader.read(piece) }
        try reader.finish()
    } catch {
        return .failure(error)
    }
    return .success(lines)
}
