internal import CZlib

/// zlib streams from and to memory; the package's only caller of zlib.
enum Deflate {
    static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        let capacity = compressBound(uLong(bytes.count))
        return unsafe [UInt8](unsafeUninitializedCapacity: Int(capacity)) { output, count in
            var length = capacity
            let status = unsafe bytes.withUnsafeBufferPointer { input in
                unsafe compress(output.baseAddress, &length, input.baseAddress, uLong(input.count))
            }
            precondition(status == Z_OK, "zlib: status \(status) although the output was large enough")
            count = Int(length)
        }
    }

    /// At most the first `countMax` bytes that the stream holds; bytes behind its end are an error. A longer stream is cut without an error: whoever asked
    /// for one byte more than there may be will see it.
    static func decompressed(_ bytes: ArraySlice<UInt8>, countMax: Int) throws(HistogramDecodingError) -> [UInt8] {
        var status: Int32 = Z_OK
        let output = unsafe [UInt8](unsafeUninitializedCapacity: countMax) { output, count in
            unsafe (status, count) = inflated(bytes, into: output)
        }
        switch status {
        case Z_STREAM_END: return output
        case Z_OK, Z_BUF_ERROR:
            guard output.count == countMax else { throw .truncated }
            return output
        default: throw .corruptStream
        }
    }

    private static func inflated(
        _ bytes: ArraySlice<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) -> (status: Int32, count: Int) {
        unsafe bytes.withUnsafeBufferPointer { input in
            var stream = unsafe z_stream()
            // zlib promises not to write through next_in; its type has no const for historical reasons.
            unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.avail_in = uInt(input.count)
            unsafe stream.next_out = output.baseAddress
            unsafe stream.avail_out = uInt(output.count)
            let opened = unsafe inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            precondition(opened == Z_OK, "zlib: status \(opened) on opening a stream")
            defer { unsafe inflateEnd(&stream) }
            var status = unsafe inflate(&stream, Z_FINISH)
            if unsafe status == Z_STREAM_END && stream.avail_in > 0 { status = Z_DATA_ERROR }
            return unsafe (status, output.count - Int(stream.avail_out))
        }
    }
}
