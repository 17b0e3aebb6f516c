internal import ChannelProfile
internal import SQLite
internal import Timebase

/// A bank's requests in tenths of a second of its own clock, which is finer than any slice: when the distance of the clocks
/// is known, they are laid into the slices of the run.
struct ChannelCalls {
    static let binNanoseconds: Int64 = 100_000_000
    /// A day; what a bank says of later instants is not believed.
    private static let binsMax = 864_000

    private struct Bin {
        var writes: Int64 = 0
        var firsts: Int64 = 0
        var queries: Int64 = 0
        var failed: Int64 = 0
    }

    private var bins: [Bin] = []

    mutating func take(_ entry: ChannelEntry) {
        let bin = Int(entry.at.nanoseconds / Self.binNanoseconds)
        guard entry.kind == .request, entry.operation != .statement, (0..<Self.binsMax).contains(bin) else { return }
        if bins.count <= bin { bins.append(contentsOf: repeatElement(Bin(), count: bin + 1 - bins.count)) }
        if entry.operation == .query {
            bins[bin].queries += 1
        } else {
            bins[bin].writes += 1
            if entry.attempt == 1, entry.reference?.isRepetition != true { bins[bin].firsts += 1 }
        }
        if entry.hasFailed { bins[bin].failed += 1 }
    }

    func write(_ row: Statement, _ channel: String) throws(DatabaseError) {
        for (index, bin) in bins.enumerated() where bin.writes + bin.queries > 0 {
            row.bind(1, channel)
            row.bind(2, Int64(index) * Self.binNanoseconds)
            row.bind(3, bin.writes)
            row.bind(4, bin.firsts)
            row.bind(5, bin.queries)
            row.bind(6, bin.failed)
            try row.run()
        }
    }
}

extension PaymentReference {
    /// The embedded stack's own name of a second attempt and of those behind it: `0cm9k2t4h0g21-p2`. Its bytes are looked at in
    /// place, since there are as many as requests.
    fileprivate var isRepetition: Bool {
        func byte(_ place: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: words.1 >> (8 * (place - 8))) }
        guard count >= 16, byte(13) == UInt8(ascii: "-"),
            [UInt8(ascii: "p"), UInt8(ascii: "c"), UInt8(ascii: "v"), UInt8(ascii: "r")].contains(byte(14))
        else { return false }
        return count > 16 || byte(15) != UInt8(ascii: "1")
    }
}

extension ChannelEntry {
    /// The caller got no answer, or one that says nothing about its payment.
    fileprivate var hasFailed: Bool {
        switch disturbance {
        case .stall, .timeout, .timeoutAfterCommit, .resetBeforeReply, .resetAfterCommit, .emptyReply, .error,
            .truncatedBody, .malformedBody, .wrongLength, .maintenance:
            true
        case .none, .latency, .drippingBody, .lostCallback, .reorderedCallback, .earlyCallback:
            status == 429 || status >= 500
        }
    }
}
