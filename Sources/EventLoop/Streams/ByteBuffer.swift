/// Bytes that have arrived and wait to be understood: filled at the end, consumed at the front, and moved to the
/// front only when there is no room behind.
///
///     |--consumed--|#### readable ####|-- free --|
///     0          start               end      capacity
@safe public final class ByteBuffer {
    @usableFromInline var storage: UnsafeMutableRawBufferPointer
    @usableFromInline var start = 0
    @usableFromInline var end = 0
    /// Whoever gives a buffer back may not touch it again: the next to take it is another connection.
    var isPooled = false

    public init(capacity: Int) {
        unsafe storage = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        unsafe storage.deallocate()
    }

    @inlinable @inline(__always) public var count: Int { end - start }
    @inlinable @inline(__always) public var isEmpty: Bool { start == end }
    public var capacity: Int { unsafe storage.count }

    /// The readable bytes, for a parser that does not keep them.
    @inlinable @inline(__always) public func withReadable<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe UnsafeBufferPointer(
            start: storage.baseAddress.map { unsafe UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) + start },
            count: count)
        return try unsafe body(bytes.span)
    }

    /// A copy of some readable bytes, counted from the first.
    public func copy(from offset: Int = 0, count wanted: Int) -> [UInt8] {
        precondition(offset >= 0 && wanted >= 0 && offset + wanted <= count, "copy beyond the readable bytes")
        return unsafe Array(storage[(start + offset)..<(start + offset + wanted)])
    }

    @inlinable @inline(__always) public func append(to array: inout [UInt8], from offset: Int = 0, count wanted: Int) {
        precondition(offset >= 0 && wanted >= 0 && offset + wanted <= count, "copy beyond the readable bytes")
        unsafe array.append(
            contentsOf: UnsafeRawBufferPointer(rebasing: storage[(start + offset)..<(start + offset + wanted)]))
    }

    /// Makes the array the first readable bytes. One of that length already, as with one request after another of the
    /// same client, is written over where it stands.
    @inlinable public func copy(into array: inout [UInt8], count wanted: Int) {
        precondition(wanted >= 0 && wanted <= count, "copy beyond the readable bytes")
        if array.count == wanted {
            unsafe array.withUnsafeMutableBytes {
                unsafe $0.copyMemory(from: .init(rebasing: storage[start..<(start + wanted)]))
            }
        } else {
            array.removeAll(keepingCapacity: true)
            append(to: &array, count: wanted)
        }
    }

    @inlinable @inline(__always) public func consume(_ amount: Int) {
        precondition(amount >= 0 && amount <= count, "consumed \(amount) of \(count) bytes")
        start += amount
        if start == end { clear() }
    }

    @inlinable @inline(__always) public func clear() {
        start = 0
        end = 0
    }

    /// Room for at least `wanted` more bytes behind the readable ones; grows at most to what that needs.
    public func reserve(_ wanted: Int) {
        guard capacity - end < wanted else { return }
        if capacity - count >= wanted {
            unsafe storage.baseAddress!.copyMemory(from: storage.baseAddress! + start, byteCount: count)
        } else {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(capacity * 2, count + wanted), alignment: 16)
            unsafe larger.baseAddress!.copyMemory(from: storage.baseAddress! + start, byteCount: count)
            unsafe storage.deallocate()
            unsafe storage = larger
        }
        end = count
        start = 0
    }

    /// Lets the kernel or a library fill the free room; `fill` says how many bytes it put there.
    func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let added = unsafe body(UnsafeMutableRawBufferPointer(rebasing: storage[end...]))
        if added > 0 { end += added }
        return added
    }

    public var freeRoom: Int { capacity - end }

    public func append(_ bytes: [UInt8]) {
        reserve(bytes.count)
        _ = unsafe fill { room in
            unsafe bytes.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
            return bytes.count
        }
    }
}

/// Buffers between uses: an idle connection holds none, so thousands of them cost what their bookkeeping does.
public final class BufferPool {
    private var idle: [ByteBuffer] = []
    private static let standardCapacity = 16 * 1024
    private static let most = 64

    public func take() -> ByteBuffer {
        guard let buffer = idle.popLast() else { return ByteBuffer(capacity: BufferPool.standardCapacity) }
        buffer.isPooled = false
        return buffer
    }

    /// A buffer that grew for one large message is not kept.
    public func give(_ buffer: ByteBuffer) {
        precondition(!buffer.isPooled, "a buffer was given back twice: two connections would share it")
        guard idle.count < BufferPool.most, buffer.capacity == BufferPool.standardCapacity else { return }
        buffer.clear()
        buffer.isPooled = true
        idle.append(buffer)
    }
}
