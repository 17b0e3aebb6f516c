// Goal: a call that failed is tried again where that helps and can do no harm, and a bank that is in trouble is not
// brought down by the retries of all.
// Method: three conditions, each of which may say no.
//
//     safe      the bank has an idempotency key, or the last send surely was not executed
//     in time   wait(n) = max(retry-after, 50 ms * 2^(n-1) * (0.5 ..< 1.5)), and the deadline is later than that
//     in budget tokens >= 1, where tokens <- min(tokensMax, tokens + 0.1) with each first send and tokens - 1 with each
//               retry; so  retries <= 0.1 * first sends + tokensMax  in every stretch of time
//
// Not here: other channels. A retry bears the same reference and the same key.

import SeededRandom
import Timebase

struct RetryRule: Sendable {
    /// Sends under one reference.
    static let sendsMax: UInt8 = 3
    static let firstWait = TimeSpan.milliseconds(50)

    /// Before send `n + 1`, when `n` have failed.
    static func wait(after sends: UInt8, retryAfter: Int64?, draw: Double) -> TimeSpan {
        let base = Double(firstWait.nanoseconds << Int64(min(sends, 8) - 1)) * (0.5 + draw)
        let asked = TimeSpan.seconds(min(retryAfter ?? 0, 3_600))
        return max(asked, TimeSpan(nanoseconds: Int64(base)))
    }
}

/// The tokens that retries cost, of one channel.
struct RetryBudget: Sendable, Equatable {
    static let share = 0.1
    static let tokensMax = 10.0

    private(set) var tokens = tokensMax
    private(set) var refused: UInt64 = 0

    /// A call is sent for the first time.
    mutating func earn() { tokens = min(Self.tokensMax, tokens + Self.share) }

    /// Whether one more retry may be sent.
    mutating func spend() -> Bool {
        // A sum of tenths may miss 1 by the last bit.
        guard tokens >= 1 - 1e-9 else {
            refused += 1
            return false
        }
        tokens -= 1
        return true
    }
}
