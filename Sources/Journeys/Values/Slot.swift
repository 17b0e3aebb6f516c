/// Where a value of a journey stands in the bytes of its context.
struct Slot: Sendable {
    enum Form: UInt8, Sendable {
        case missing
        case text
        /// A JSON value other than a text, as it was written.
        case json
    }

    var form = Form.missing
    var offset: Int32 = 0
    var count: Int32 = 0

    var range: Range<Int> { Int(offset)..<Int(offset) &+ Int(count) }
}
