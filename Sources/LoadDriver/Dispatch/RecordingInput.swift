package import Traffic

/// A recording that can be read from its beginning.
package struct RecordingInput: Sendable {
    /// The next bytes, from any thread, one call at a time; nil at the end.
    package typealias Pieces = @Sendable () throws -> [UInt8]?

    /// As the plan names it.
    package let path: String
    private let source: @Sendable () -> Pieces

    /// `source` is asked once for each reading.
    package init(path: String, _ source: @escaping @Sendable () -> Pieces) {
        self.path = path
        self.source = source
    }

    package func recording() -> Recording { Recording(source()) }

    func pieces() -> Pieces { source() }
}
