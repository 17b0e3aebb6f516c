import Synchronization
import Timebase

/// A row of one kind of segments, in place.
protocol SegmentRow {
    associatedtype Record

    static var kind: SegmentKind { get }

    /// `bytes` must hold a row for as long as this is used.
    @unsafe init(_ bytes: UnsafeMutableRawPointer)

    func read(worker: Int) -> RowReading<Record>
}

extension SegmentRow {
    static var byteCount: Int { kind.rowBytes }
}

/// What stands in a row: nothing, a record, or bytes that no writer of this version leaves.
enum RowReading<Record> {
    case empty
    case faulty
    case record(Record)
}

/// A row's bytes. What says that there is a record shares the first eight, and these are written last, in one store with
/// release order. So whoever reads the file after the process was killed, at whatever instruction, sees no record or a
/// whole one: the stores that a thread had executed are in the page cache, which outlives it, and the compiler may move
/// none of them behind the release.
///
/// A power cut is another matter: the kernel writes pages back when it likes and in any order, up to some thirty
/// seconds late. Rows of that time may be missing, also in the middle. A row itself lies within one sector, so it is
/// old or new, never a mixture.
@safe struct RowBytes {
    private let start: UnsafeMutableRawPointer

    @inline(__always)
    @unsafe init(_ start: UnsafeMutableRawPointer) {
        unsafe self.start = start
    }

    @inline(__always)
    func publish(_ word: UInt64) {
        let place = unsafe start.assumingMemoryBound(to: Atomic<UInt64>.self)
        unsafe place.pointee.store(word.littleEndian, ordering: .releasing)
    }

    @inline(__always)
    func store(_ value: UInt64, at offset: Int) {
        unsafe start.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
    }

    /// Big-endian, so that a dump of the file shows an id as people write it.
    @inline(__always)
    func store(id: UInt128, at offset: Int) {
        unsafe start.storeBytes(of: id.bigEndian, toByteOffset: offset, as: UInt128.self)
    }

    @inline(__always)
    func load(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    func id(at offset: Int) -> UInt128 {
        UInt128(bigEndian: unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt128.self))
    }

    func span(at offset: Int) -> TimeSpan {
        TimeSpan(nanoseconds: Int64(bitPattern: load(offset)))
    }
}
