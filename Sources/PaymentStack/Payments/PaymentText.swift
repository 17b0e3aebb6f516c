import ChannelProfile
import JSON
import Money
import StackVocabulary

/// How payments and refunds are told, to merchants and in what is saved for them.
extension Payment {
    func body(channel: String?) -> [UInt8] {
        var text = JSONObjectText(room: 256)
        describe(channel: channel, in: &text)
        return text.end()
    }

    func describe(channel: String?, in text: inout JSONObjectText) {
        text.add("id", plainBy: id.append)
        text.add("state", plain: state.name)
        text.add("amount", amount.minor)
        text.add("captured", captured)
        text.add("refunded", refunded)
        text.add("currency", plainBy: amount.currency.append)
        text.add("merchant", plainBy: merchant.append)
        text.add("key", plainBy: key.append)
        if let channel { text.add("channel", plain: channel) }
        if !reason.isEmpty { text.add("reason", text: reason) }
    }

    /// `payment.captured`: what a notification is about; nil for what merchants are not told.
    var event: String? {
        switch state {
        case .captured: "payment.captured"
        case .failed: "payment.failed"
        case .authorized: "payment.authorized"
        case .cancelled: "payment.cancelled"
        case .refunded, .partiallyRefunded: "payment.refunded"
        case .expired: "payment.expired"
        case .created, .riskReview, .routing, .processing, .unknown: nil
        }
    }

    /// At this version.
    func notification(channel: String?, version: Int32, at milliseconds: Int64) -> Notification? {
        guard let notify, let event else { return nil }
        var text = JSONObjectText(room: 320)
        text.add("event", plain: event)
        text.add("version", Int64(version))
        describe(channel: channel, in: &text)
        return Notification(
            id: Notification.ID(record: id, version: version), url: notify, body: text.end(), dueAt: milliseconds)
    }
}

extension Refund {
    var body: [UInt8] {
        var text = JSONObjectText(room: 192)
        text.add("id", plainBy: id.append)
        text.add("state", plain: state.name)
        text.add("payment", plainBy: payment.append)
        text.add("amount", amount.minor)
        text.add("currency", plainBy: amount.currency.append)
        text.add("merchant", plainBy: merchant.append)
        if !reason.isEmpty { text.add("reason", text: reason) }
        return text.end()
    }
}

extension MerchantID {
    func append(to bytes: inout [UInt8]) {
        Self.prefix.withUTF8Buffer { letters in
            for index in 0..<letters.count { unsafe bytes.append(letters[index]) }
        }
        bytes.appendDecimal(UInt64(number))
    }

    /// Nil for what is not the one name of a merchant.
    init?(_ text: Span<UInt8>) {
        let count = Self.prefix.utf8CodeUnitCount
        guard text.starts(with: Self.prefix), 1...9 ~= text.count - count, text[count] != UInt8(ascii: "0"),
            let number = text.extracting(count..<text.count).decimal
        else { return nil }
        self.init(number: UInt32(number))
    }
}
