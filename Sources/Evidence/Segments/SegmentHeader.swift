/// The first 128 bytes of a segment: whose it is.
package struct SegmentHeader: Sendable, Equatable {
    package static let byteCount = 128
    package let kind: SegmentKind
    package let runID: String
    /// The first eight bytes of the plan's digest; 0 where no plan is known.
    package let planDigest: UInt64
    /// The name of the channel whose journal it is; otherwise empty.
    package let channel: String
    package let worker: Int
    /// From 1; a number may be missing where a segment was prepared and not used.
    package let number: UInt32
    /// The number of the worker's segment before it, by which a reader sees that one is missing; 0 for the first.
    let previous: UInt32

    /// Of evidence of requests; `planDigest` in hexadecimal, as in `RunIdentity`.
    init(_ kind: SegmentKind = .requests, runID: String, planDigest: String, worker: Int) {
        self.init(kind, runID: runID, planDigest: UInt64(planDigest.prefix(16), radix: 16) ?? 0, worker: worker)
    }

    init(
        _ kind: SegmentKind, runID: String, planDigest: UInt64 = 0, channel: String = "", worker: Int,
        number: UInt32 = 0, previous: UInt32 = 0
    ) {
        precondition(
            runID.utf8.count <= kind.runIDBytes, "a run's id has at most \(kind.runIDBytes) bytes: \(runID)")
        precondition(
            channel.utf8.count <= kind.channelBytes,
            "a channel's name has at most \(kind.channelBytes) bytes: \(channel)")
        precondition(worker >= 0 && worker <= Int(UInt16.max), "worker \(worker)")
        self.kind = kind
        self.runID = runID
        self.planDigest = planDigest
        self.channel = channel
        self.worker = worker
        self.number = number
        self.previous = previous
    }

    func numbered(_ number: UInt32, after previous: UInt32) -> SegmentHeader {
        SegmentHeader(
            kind, runID: runID, planDigest: planDigest, channel: channel, worker: worker, number: number,
            previous: previous)
    }

    var bytes: [UInt8] {
        var bytes = kind.magic
        append(kind.version, to: &bytes)
        append(UInt16(Self.byteCount), to: &bytes)
        append(UInt16(kind.rowBytes), to: &bytes)
        append(UInt16(worker), to: &bytes)
        append(number, to: &bytes)
        append(previous, to: &bytes)
        append(planDigest, to: &bytes)
        append(runID, byteCount: kind.runIDBytes, to: &bytes)
        append(channel, byteCount: Self.byteCount - bytes.count, to: &bytes)
        return bytes
    }

    enum Reading {
        /// Killed before the header was written.
        case unwritten
        case foreign(String)
        case header(SegmentHeader)
    }

    static func read(_ bytes: [UInt8], _ kind: SegmentKind) -> Reading {
        guard bytes.count == byteCount, bytes.contains(where: { $0 != 0 }) else { return .unwritten }
        guard bytes.starts(with: kind.magic) else { return .foreign("no segment of \(kind.noun)") }
        let version: UInt16 = integer(bytes, 8)
        guard kind.versionsRead.contains(version) else {
            let known = kind.version == 1 ? "version 1" : "versions 1 to \(kind.version)"
            return .foreign("version \(version) of the format; this Spillway reads \(known)")
        }
        guard integer(bytes, 10) == UInt16(byteCount), integer(bytes, 12) == UInt16(kind.rowBytes) else {
            return .foreign("sizes that version \(version) does not have")
        }
        let channelStart = 32 + kind.runIDBytes
        guard let runID = text(bytes[32..<channelStart]) else { return .foreign("a run's id that is not UTF-8") }
        guard let channel = text(bytes[channelStart..<channelStart + kind.channelBytes]) else {
            return .foreign("a channel's name that is not UTF-8")
        }
        let worker: UInt16 = integer(bytes, 14)
        return .header(
            SegmentHeader(
                kind, runID: runID, planDigest: integer(bytes, 24), channel: channel, worker: Int(worker),
                number: integer(bytes, 16), previous: integer(bytes, 20)))
    }

    /// Filled up with zeros.
    private func append(_ text: String, byteCount: Int, to bytes: inout [UInt8]) {
        bytes += text.utf8
        bytes += repeatElement(0, count: byteCount - text.utf8.count)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
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
