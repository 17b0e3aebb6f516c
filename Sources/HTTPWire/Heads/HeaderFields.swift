package struct HeaderField: Sendable, Equatable {
    package var name: Slice
    package var value: Slice
}

/// The fields of one head or trailer section in their order, as slices of the caller's bytes. Its storage is
/// kept from message to message; a copy that outlives the next parse costs that parse one allocation.
package struct HeaderFields: Sendable, Equatable {
    @usableFromInline var entries: [HeaderField] = []

    package init() {}

    @inlinable package var count: Int { entries.count }
    @inlinable package var isEmpty: Bool { entries.isEmpty }
    @inlinable package subscript(index: Int) -> HeaderField { entries[index] }

    /// The value of the first field with this name; upper and lower case are one.
    package func first(_ name: String, in bytes: Span<UInt8>) -> Slice? {
        var index = 0
        return next(name, in: bytes, from: &index)
    }

    /// The value of the next field with this name at or after `index`, which moves past it:
    ///
    ///     var index = 0
    ///     while let cookie = head.fields.next("set-cookie", in: bytes, from: &index) { ... }
    package func next(_ name: String, in bytes: Span<UInt8>, from index: inout Int) -> Slice? {
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
