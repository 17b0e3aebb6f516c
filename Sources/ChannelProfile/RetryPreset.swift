import PlanValues
package import Timebase

/// The waits between the attempts of a callback, as providers document them. A provider that documents none is no
/// preset, or one that is marked as a default to calibrate.
package enum RetryPreset: String, Sendable, CaseIterable {
    case adyen, alipay, circle, juspay, nmi, stripe, wechat, wepay

    /// As a profile of its own waits would list them.
    package var schedule: String {
        switch self {
        // At 9, 18 and 27 seconds, then from a queue, where the last wait repeats for 30 days; once here.
        case .adyen: "9s 9s 9s 2m 5m 10m 15m 30m 1h 2h 4h 8h"
        // Three attempts at once, then within 25 hours. For merchants abroad the 4m is 2m (docs.antom.com/ac/web/async).
        case .alipay: "0s 0s 0s 4m 10m 10m 1h 2h 6h 15h"
        case .circle: "1s 10s 30s 1m 15m 1h 3h 5h 6h 10h 11h"
        // Sixteen within 24 hours.
        case .juspay: "1m 5m 5m 10m 10m 10m 10m 10m 1h 1h 1h 1h 1h 6h 6h 6h"
        // Twenty within three days; "approximate".
        case .nmi: "15s 1m 1m 1m 5m 15m 30m 1h 1h 1h 1h 1h 1h 1h 1h 1h 1h 12h 12h 24h"
        // Up to three days with exponential backoff is all that is said: the single waits are a default, calibrate.
        case .stripe: "5m 15m 1h 3h 6h 12h 24h 24h"
        // 24h4m in all.
        case .wechat: "15s 15s 30s 3m 10m 20m 30m 30m 30m 1h 3h 3h 3h 6h 6h"
        // "At least" these six.
        case .wepay: "15m 30m 1h 6h 12h 24h"
        }
    }

    /// Where that stands.
    package var source: String {
        switch self {
        case .adyen: "https://docs.adyen.com/development-resources/webhooks/troubleshoot"
        case .alipay: "https://hexdocs.pm/alipay_sdk/Alipay.Plug.EventHandler.html"
        case .circle: "https://developers.circle.com/cpn/references/webhook-retries"
        case .juspay: "https://juspay.io/in/docs/upi-inapp/react-native/miscellaneous/webhook-callback-retries"
        case .nmi: "https://docs.nmi.com/reference/retry-logic"
        case .stripe: "https://dev.to/shannonllc/stripe-webhooks-retries-ordering-duplicates-timeouts-and-ips-46f0"
        case .wechat: "https://pay.weixin.qq.com/docs/partner/apis/partner-scannedpos-payment/payment-notice.html"
        case .wepay: "https://support.wepay.com/hc/en-us/articles/203609403-IPN-Failures"
        }
    }

    /// Whether the source gives every wait, and not only how long it goes on.
    package var isDocumented: Bool { self != .stripe }

    package var waits: [TimeSpan] {
        schedule.split(separator: " ").map { text in
            guard let wait = try? TimeSpan(parsing: String(text)) else {
                preconditionFailure("'\(text)' in the schedule of \(rawValue) is no duration")
            }
            return wait
        }
    }
}
