internal import Glibc

/// Where a worker's segments live: files for live runs, memory for simulated ones.
protocol SegmentStore: AnyObject {
    var byteCount: Int { get }
    /// - Parameter previous: the number of the segment that is written now; 0 before the first.
    func make(_ number: UInt32, after previous: UInt32) throws(EvidenceError) -> SegmentMemory
    /// All rows are taken, and some have not ended.
    func rest(_ number: UInt32, _ memory: SegmentMemory)
    func release(_ number: UInt32, _ memory: SegmentMemory)
    /// Changes a row of a released segment.
    func amend<Row: SegmentRow>(_ number: UInt32, at offset: Int, _ change: (Row) -> Void) throws(EvidenceError)
    /// Cuts a released segment to its used bytes.
    func trim(_ number: UInt32, to byteCount: Int) throws(EvidenceError)
    func remove(_ number: UInt32)
    /// What makes a segment on any thread; nil where making one costs nothing.
    func order(_ number: UInt32, after previous: UInt32) -> SegmentOrder?
    /// What was made until now, also by other workers, for a reader.
    func sources() throws(EvidenceError) -> [SegmentSource]
}

/// A segment to be made ahead of need, by any thread.
package struct SegmentOrder: Sendable {
    let file: SegmentFile
    let header: SegmentHeader

    package func make() throws(EvidenceError) -> PreparedSegment {
        let memory = try file.make(header)
        file.populate(memory)
        return PreparedSegment(number: header.number, memory: memory)
    }
}

/// To be handed to `EvidenceWriter.adopt`, which owns it from then on.
package struct PreparedSegment: Sendable {
    let number: UInt32
    let memory: SegmentMemory
}

final class FileSegments: SegmentStore {
    private let folder: String
    private let header: SegmentHeader
    let byteCount: Int

    init(folder: String, header: SegmentHeader, byteCount: Int) throws(EvidenceError) {
        self.folder = folder
        self.header = header
        self.byteCount = byteCount
        try SegmentFile.makeFolder(folder)
    }

    private func file(_ number: UInt32) -> SegmentFile {
        SegmentFile(path: "\(folder)/\(SegmentName(worker: header.worker, number: number))", byteCount: byteCount)
    }

    func make(_ number: UInt32, after previous: UInt32) throws(EvidenceError) -> SegmentMemory {
        try file(number).make(header.numbered(number, after: previous))
    }

    func rest(_ number: UInt32, _ memory: SegmentMemory) { file(number).rest(memory) }
    func release(_ number: UInt32, _ memory: SegmentMemory) { file(number).unmap(memory) }
    func trim(_ number: UInt32, to byteCount: Int) throws(EvidenceError) { try file(number).trim(to: byteCount) }
    func remove(_ number: UInt32) { file(number).remove() }

    func amend<Row: SegmentRow>(_ number: UInt32, at offset: Int, _ change: (Row) -> Void) throws(EvidenceError) {
        try file(number).amend(at: offset, change)
    }

    func order(_ number: UInt32, after previous: UInt32) -> SegmentOrder? {
        SegmentOrder(file: file(number), header: header.numbered(number, after: previous))
    }

    func sources() throws(EvidenceError) -> [SegmentSource] { try SegmentSource.all(in: folder) }
}

/// One segment in memory, there for as long as somebody has it: its writer, and whoever reads what that has recorded.
final class MemorySegment: Sendable {
    let memory: SegmentMemory
    private let byteCount: Int

    init(_ header: SegmentHeader, byteCount: Int) {
        self.byteCount = byteCount
        let start = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: SegmentHeader.byteCount)
        unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        memory = unsafe SegmentMemory(start)
        memory.write(header)
    }

    deinit { unsafe memory.start.deallocate() }

    func bytes(at offset: Int, countMax: Int) -> [UInt8] {
        let count = min(countMax, byteCount - offset)
        return unsafe Array(UnsafeRawBufferPointer(start: memory.start + offset, count: count))
    }
}

/// Keeps every segment, so that its records can be read.
final class MemorySegments: SegmentStore {
    /// 1 GiB of segments.
    static let segmentsMax = 1_024
    let byteCount = 1 << 20
    private let header: SegmentHeader
    private var segments: [MemorySegment] = []

    init(header: SegmentHeader) {
        self.header = header
    }

    func make(_ number: UInt32, after previous: UInt32) throws(EvidenceError) -> SegmentMemory {
        guard segments.count < Self.segmentsMax else {
            throw EvidenceError("keep evidence in", "memory", code: ENOMEM)
        }
        let segment = MemorySegment(header.numbered(number, after: previous), byteCount: byteCount)
        segments.append(segment)
        return segment.memory
    }

    func rest(_ number: UInt32, _ memory: SegmentMemory) {}
    func release(_ number: UInt32, _ memory: SegmentMemory) {}
    func trim(_ number: UInt32, to byteCount: Int) {}
    func remove(_ number: UInt32) {}
    func order(_ number: UInt32, after previous: UInt32) -> SegmentOrder? { nil }

    /// Numbers have no gaps here, since nothing is prepared.
    func amend<Row: SegmentRow>(_ number: UInt32, at offset: Int, _ change: (Row) -> Void) {
        change(segments[Int(number) - 1].memory.row(at: offset))
    }

    func sources() -> [SegmentSource] {
        segments.enumerated().map { index, segment in
            let name = SegmentName(worker: header.worker, number: UInt32(index) + 1)
            return SegmentSource(name: name, place: .memory(segment))
        }
    }
}

/// `worker-000.000001.seg`
struct SegmentName: Comparable, Hashable, CustomStringConvertible {
    let worker: Int
    let number: UInt32

    init(worker: Int, number: UInt32) {
        self.worker = worker
        self.number = number
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2] == "seg", parts[0].hasPrefix("worker-"),
            let worker = Int(parts[0].dropFirst(7)), let number = UInt32(parts[1]), worker >= 0
        else { return nil }
        self.init(worker: worker, number: number)
    }

    var description: String { "worker-\(Self.padded(worker, 3)).\(Self.padded(Int(number), 6)).seg" }

    static func < (left: SegmentName, right: SegmentName) -> Bool {
        (left.worker, left.number) < (right.worker, right.number)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
