public struct HeaderField: Sendable, Equatable {
    public var name: Slice
    public var value: Slice
}

/// The fields of one head or trailer section in their order, as slices of the caller's bytes. Its storage is
/// kept from message to message; a copy that outlives the next parse costs that parse one allocation.
public struct HeaderFields: Sendable, Equatable {
    @usableFromInline var entries: [HeaderField] = []

    public init() {}

    @inlinable public var count: Int { entries.count }
    @inlinable public var isEmpty: Bool { entries.isEmpty }
    @inlinable public subscript(index: Int) -> HeaderField { entries[index] }

    /// The value of the first field with this name; upper and lower case are one.
    public func first(_ name: String, in bytes: Span<UInt8>) -> Slice? {
        var index = 0
        return next(name, in: bytes, from: &index)
    }

    /// The value of the next field with this name at or after `index`, which moves past it:
    ///
    ///     var index = 0
    ///     while let cookie = head.fields.next("set-cookie", in: bytes, from: &index) { ... }
    public func next(_ name: String, in bytes: Span<UInt8>, from index: inout Int) -> Slice? {
        while index < entries.count {
            let field = entries[index]
            index += 1
            if field.name.equalsIgnoringCase(name, in: bytes) { return field.value }
        }
        return nil
    }

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    mutating func append(_ field: HeaderField) {
        entries.append(field)
    }
}
