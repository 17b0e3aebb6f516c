import ChannelProfile
import HTTPService
import HTTPWire
import JSON

/// What a request's method and path ask for.
enum Route: Equatable {
    case payment(Operation)
    case query(PaymentReference)
    case statement
    case nowhere(Problem)

    init(_ method: Method, _ target: Span<UInt8>) {
        var end = 0
        while end < target.count, target[end] != UInt8(ascii: "?") { end += 1 }
        let path = target.extracting(0..<end)
        guard path.starts(with: "/v1/") else {
            self = .nowhere(.notFound)
            return
        }
        let rest = path.extracting(4..<end)
        if let operation = Self.operation(rest) {
            self = method == .post ? .payment(operation) : .nowhere(.wrongMethod("POST"))
        } else if rest.equals("statement") {
            self = method == .get ? .statement : .nowhere(.wrongMethod("GET"))
        } else if rest.starts(with: "payments/"), let reference = Self.reference(rest.extracting(9..<rest.count)) {
            self = method == .get ? .query(reference) : .nowhere(.wrongMethod("GET"))
        } else {
            self = .nowhere(.notFound)
        }
    }

    /// References may have characters that paths write as `%7B`; what is no such triple stands for itself.
    private static func reference(_ text: Span<UInt8>) -> PaymentReference? {
        if let reference = PaymentReference(text), !reference.bytes.contains(UInt8(ascii: "%")) { return reference }
        guard text.count <= 3 * PaymentReference.bytesMax else { return nil }
        var bytes: [UInt8] = []
        var place = 0
        while place < text.count {
            if text[place] == UInt8(ascii: "%"), place + 2 < text.count, let high = digit(text[place + 1]),
                let low = digit(text[place + 2])
            {
                bytes.append(high << 4 | low)
                place += 3
            } else {
                bytes.append(text[place])
                place += 1
            }
        }
        return PaymentReference(bytes.span)
    }

    private static func digit(_ letter: UInt8) -> UInt8? {
        switch letter {
        case 0x30...0x39: letter - 0x30
        case 0x41...0x46: letter - 0x37
        case 0x61...0x66: letter - 0x57
        default: nil
        }
    }

    private static func operation(_ word: Span<UInt8>) -> Operation? {
        if word.equals("authorise") { return .authorise }
        if word.equals("capture") { return .capture }
        if word.equals("refund") { return .refund }
        if word.equals("transfer") { return .transfer }
        return word.equals("reverse") ? .reverse : nil
    }
}
