/// Where in a request a value stands, which decides how it is written there.
enum Place: UInt8, Sendable {
    /// As it is: a text body, and what is signed.
    case raw
    /// A path segment or a part of a query: all but RFC 3986's unreserved characters as %XX.
    case target
    /// Of `application/x-www-form-urlencoded`: the same, but `+` for a space and %7E for a tilde.
    case form
    /// Line breaks and other controls become spaces, so that no value begins another field or message.
    case header
    /// Between the quotes of a JSON text.
    case jsonText
    /// In the place of a JSON value: texts get their quotes.
    case jsonValue

    func append(_ value: Span<UInt8>, _ form: Slot.Form, to out: inout [UInt8]) {
        switch self {
        case .raw: out.append(value)
        case .target: out.appendPercentEncoded(value, isForm: false)
        case .form: out.appendPercentEncoded(value, isForm: true)
        case .header: out.appendFieldValue(value)
        case .jsonText: out.appendEscaped(value)
        case .jsonValue:
            if form == .json {
                out.append(value)
                return
            }
            out.append(UInt8(ascii: "\""))
            out.appendEscaped(value)
            out.append(UInt8(ascii: "\""))
        }
    }
}
