/// The first 128 bytes of a segment: whose it is. As long as two rows, so that each row lies within one sector.
package struct SegmentHeader: Sendable, Equatable {
    package static let byteCount = 128
    package static let version: UInt16 = 1
    static let magic = Array("SPWLSEGM".utf8)
    static let runIDBytesMax = 64

    package let runID: String
    /// The first eight bytes of the plan's digest.
    package let planDigest: UInt64
    package let worker: Int
    /// From 1; a number may be missing where a segment was prepared and not used.
    package let number: UInt32

    /// `planDigest` in hexadecimal, as in `RunIdentity`.
    init(runID: String, planDigest: String, worker: Int, number: UInt32) {
        precondition(
            runID.utf8.count <= Self.runIDBytesMax, "a run's id has at most \(Self.runIDBytesMax) bytes: \(runID)")
        precondition(worker >= 0 && worker <= Int(UInt16.max), "worker \(worker)")
        self.runID = runID
        self.planDigest = UInt64(planDigest.prefix(16), radix: 16) ?? 0
        self.worker = worker
        self.number = number
    }

    func numbered(_ number: UInt32) -> SegmentHeader {
        SegmentHeader(runID: runID, planDigest: planDigest, worker: worker, number: number)
    }

    private init(runID: String, planDigest: UInt64, worker: Int, number: UInt32) {
        self.runID = runID
        self.planDigest = planDigest
        self.worker = worker
        self.number = number
    }

    var bytes: [UInt8] {
        var bytes = Self.magic
        append(Self.version, to: &bytes)
        append(UInt16(Self.byteCount), to: &bytes)
        append(UInt16(EvidenceRow.byteCount), to: &bytes)
        append(UInt16(worker), to: &bytes)
        append(number, to: &bytes)
        append(0 as UInt32, to: &bytes)
        append(planDigest, to: &bytes)
        bytes += runID.utf8
        bytes += repeatElement(0, count: Self.byteCount - bytes.count)
        return bytes
    }

    enum Reading {
        /// Killed before the header was written.
        case unwritten
        case foreign(String)
        case header(SegmentHeader)
    }

    static func read(_ bytes: [UInt8]) -> Reading {
        guard bytes.count == byteCount, bytes.contains(where: { $0 != 0 }) else { return .unwritten }
        guard bytes.starts(with: magic) else { return .foreign("no segment of evidence") }
        let version: UInt16 = integer(bytes, 8)
        guard version == Self.version else {
            return .foreign("version \(version) of the format; this Spillway reads version \(Self.version)")
        }
        guard integer(bytes, 10) == UInt16(byteCount), integer(bytes, 12) == UInt16(EvidenceRow.byteCount) else {
            return .foreign("sizes that version \(version) does not have")
        }
        let id = bytes[32..<32 + runIDBytesMax].prefix { $0 != 0 }
        guard let runID = String(validating: id, as: UTF8.self) else { return .foreign("a run's id that is not UTF-8") }
        let worker: UInt16 = integer(bytes, 14)
        return .header(
            SegmentHeader(
                runID: runID, planDigest: integer(bytes, 24), worker: Int(worker), number: integer(bytes, 16)))
    }

    private func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private static func integer<Value: FixedWidthInteger>(_ bytes: [UInt8], _ offset: Int) -> Value {
        (0..<Value.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: bytes[offset + $1]) }
    }
}
