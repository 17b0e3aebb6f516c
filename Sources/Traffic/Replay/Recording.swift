/// Goal: read a recording of any length in bounded memory, in order of time.
///
/// Method: bytes come in chunks from a closure, become lines of bounded length, then requests. Recorders write a line
/// when a request ends, so lines are nearly but not quite sorted: a heap holds the last `window` requests (fewer if
/// their bytes exceed a bound) and gives the earliest. A line that is earlier than what was already given has come too
/// late for the window: it is given at the instant of the one before it, and counted, so that no request is lost and
/// the report can say so.
package struct Recording {
    package struct Limits: Hashable, Sendable {
        /// Requests held back to be sorted.
        package var window = 1_024
        package var windowBytesMax = 64 << 20
        package var lineBytesMax = 4 << 20

        package init() {}
    }

    /// The next bytes, of any number; nil at the end.
    package typealias Source = () throws -> [UInt8]?

    private let source: Source
    private let limits: Limits
    private var chunk: [UInt8] = []
    private var chunkPlace = 0
    private var lineNumber = 0
    private var ended = false
    private var held = RequestHeap()
    private var latest: Int64?

    /// Lines that came too late for the window, and the first of them.
    package private(set) var lateCount = 0
    package private(set) var firstLateLine: Int?

    package init(limits: Limits = Limits(), _ source: @escaping Source) {
        precondition(limits.window > 0, "a window of \(limits.window)")
        self.limits = limits
        self.source = source
    }

    /// The next request in order of time; nil at the end. Throws `RecordingFault`, or what the source throws; a
    /// recording that threw is not to be read on.
    package mutating func next() throws -> RecordedRequest? {
        while !ended, held.count <= limits.window, held.bytes <= limits.windowBytesMax {
            guard let line = try nextLine() else {
                ended = true
                break
            }
            if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
            held.insert(try RecordedRequest(line: line, number: lineNumber), line: lineNumber, bytes: line.count)
        }
        guard let (earliest, line) = held.removeFirst() else { return nil }
        var request = earliest
        if let latest, request.at < latest {
            lateCount += 1
            firstLateLine = firstLateLine ?? line
            request.at = latest
        }
        latest = request.at
        return request
    }

    private mutating func nextLine() throws -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if chunkPlace == chunk.count {
                guard let next = try source() else { break }
                (chunk, chunkPlace) = (next, 0)
            }
            let rest = chunk[chunkPlace...]
            let end = rest.firstIndex(of: 0x0A)
            line.append(contentsOf: rest[..<(end ?? rest.endIndex)])
            chunkPlace = end.map { $0 + 1 } ?? chunk.count
            guard line.count <= limits.lineBytesMax else {
                throw RecordingFault(
                    line: lineNumber + 1, column: limits.lineBytesMax + 1,
                    reason: .lineTooLong(bytesMax: limits.lineBytesMax))
            }
            guard end == nil else {
                lineNumber += 1
                return line
            }
        }
        guard !line.isEmpty else { return nil }
        lineNumber += 1
        return line
    }
}

/// Requests by instant; those of one instant by line.
private struct RequestHeap {
    private struct Entry {
        let request: RecordedRequest
        let line: Int
        let bytes: Int

        func precedes(_ other: Entry) -> Bool { (request.at, line) < (other.request.at, other.line) }
    }

    private var entries: [Entry] = []
    private(set) var bytes = 0

    var count: Int { entries.count }

    mutating func insert(_ request: RecordedRequest, line: Int, bytes: Int) {
        entries.append(Entry(request: request, line: line, bytes: bytes))
        self.bytes += bytes
        var place = entries.count - 1
        while place > 0, entries[place].precedes(entries[(place - 1) / 2]) {
            entries.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() -> (RecordedRequest, line: Int)? {
        guard let first = entries.first else { return nil }
        bytes -= first.bytes
        let last = entries.removeLast()
        guard !entries.isEmpty else { return (first.request, first.line) }
        entries[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < entries.count && entries[child].precedes(entries[least]) { least = child }
            guard least != place else { return (first.request, first.line) }
            entries.swapAt(place, least)
            place = least
        }
    }
}
