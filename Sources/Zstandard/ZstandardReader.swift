// Goal: read a zstd file of any length in bounded memory.
// Method: libzstd's streaming decoder behind a lock, so that whichever thread comes next goes on where the last one
// stopped. One input piece and one output piece are held, and the window that the file asks for, up to a limit.
// Not here: compression, dictionaries, and a bound on the whole: who reads lines bounds lines.

internal import CZstd
import Synchronization

/// The bytes of a zstd stream, one frame or several behind each other. The package's only caller of libzstd.
package final class ZstandardReader: Sendable {
    package struct Limits: Sendable {
        /// What a frame may ask to be remembered, as a power of two: 128 MiB is what `zstd --long` makes.
        package var windowLogMax: Int32 = 27
        /// Of one piece that is given.
        package var pieceBytes = 1 << 17

        package init() {}
    }

    /// The next compressed bytes, of any number; nil at the end.
    package typealias Source = @Sendable () throws -> [UInt8]?

    private let limits: Limits
    private let source: Source
    private let state: Mutex<State>

    package init(limits: Limits = Limits(), _ source: @escaping Source) {
        precondition(limits.pieceBytes > 0 && 10...30 ~= limits.windowLogMax, "\(limits)")
        self.limits = limits
        self.source = source
        state = Mutex(State(windowLogMax: limits.windowLogMax))
    }

    /// The next piece; nil at the end. What it threw once it throws again. Throws `ZstandardError`, or what the source
    /// throws.
    package func next() throws -> [UInt8]? {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            do {
                return try state.next(limits.pieceBytes, source)
            } catch {
                state.failure = error
                throw error
            }
        }
    }

    @safe private struct State: ~Copyable {
        var failure: (any Error)?
        private let decoder: OpaquePointer
        private var input: [UInt8] = []
        private var place = 0
        /// Between two frames the stream may end.
        private var isInFrame = true
        /// The last piece was full, and there may be more behind it without further input.
        private var isFull = false

        init(windowLogMax: Int32) {
            guard let decoder = unsafe ZSTD_createDCtx() else { preconditionFailure("no memory for a zstd decoder") }
            unsafe self.decoder = decoder
            let status = unsafe ZSTD_DCtx_setParameter(decoder, ZSTD_d_windowLogMax, windowLogMax)
            precondition(ZSTD_isError(status) == 0, "libzstd takes no window of 2^\(windowLogMax)")
        }

        deinit { unsafe ZSTD_freeDCtx(decoder) }

        mutating func next(_ count: Int, _ source: Source) throws -> [UInt8]? {
            while true {
                if place == input.count, !isFull {
                    guard let more = try source() else {
                        if isInFrame { throw ZstandardError.truncated }
                        return nil
                    }
                    (input, place) = (more, 0)
                    if more.isEmpty { continue }
                }
                let piece = try decoded(count)
                if !piece.isEmpty { return piece }
            }
        }

        private mutating func decoded(_ count: Int) throws(ZstandardError) -> [UInt8] {
            var status = 0
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
                unsafe input.withUnsafeBytes { bytes in
                    var from = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: place)
                    var into = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: count, pos: 0)
                    status = unsafe ZSTD_decompressStream(decoder, &into, &from)
                    unsafe (place, written) = (from.pos, into.pos)
                }
            }
            if ZSTD_isError(status) != 0 { throw ZstandardError(status) }
            isInFrame = status != 0
            isFull = isInFrame && piece.count == count
            return piece
        }
    }
}

/// Why a zstd stream cannot be read on.
package enum ZstandardError: Error, Sendable, Equatable {
    case truncated
    case windowTooLarge
    /// In libzstd's words.
    case corrupt(String)

    fileprivate init(_ status: Int) {
        if ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge {
            self = .windowTooLarge
        } else {
            self = .corrupt(unsafe String(cString: ZSTD_getErrorName(status)))
        }
    }
}

extension ZstandardError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated: "the zstd stream ends in the middle"
        case .windowTooLarge:
            "the zstd stream asks for a window that is too large; compress it with at most '--long=27'"
        case .corrupt(let words): "this is no sound zstd stream: \(words)"
        }
    }
}
