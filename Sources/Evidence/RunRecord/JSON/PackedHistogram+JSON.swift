import Histogram
import JSON
import Timebase

extension PackedHistogram {
    /// The encoded form for programs, and beside it what people look for; nil when nothing was recorded.
    var json: JSONValue? {
        guard let histogram = try? opened() else { return nil }
        let percentiles = [("p50_ms", 50), ("p90_ms", 90), ("p99_ms", 99), ("p99_9_ms", 99.9), ("max_ms", 100)].map {
            ($0, JSONValue.milliseconds(histogram.value(atPercentile: $1)))
        }
        return .object([("count", .count(count))] + percentiles + [("hdr", .text(histogram.base64()))])
    }

    /// Nil stands for one in which nothing was recorded. Only the encoded form is believed.
    init(_ place: JSONPlace?) throws(RecordFault) {
        guard let place else {
            self = .empty
            return
        }
        let encoded = try place.member("hdr")
        do throws(HistogramDecodingError) {
            self.init(try Histogram(base64: encoded.value.string ?? "", slotsMax: Self.slotsMax))
        } catch {
            throw encoded.fault("no histogram: \(error)")
        }
        guard try place.count("count") == count else {
            throw encoded.fault("\(count) values where 'count' says \(try place.count("count"))")
        }
    }

    /// Some ten times of what `precise` needs.
    private static let slotsMax = 1 << 18
}

extension JSONValue {
    fileprivate static func milliseconds(_ nanoseconds: UInt64?) -> JSONValue {
        nanoseconds.map { .time(TimeSpan(nanoseconds: Int64(clamping: $0))) } ?? .null
    }
}
