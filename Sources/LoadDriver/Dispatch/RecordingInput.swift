package import Traffic

/// A recording that can be read from its beginning.
package struct RecordingInput: Sendable {
    /// As the plan names it.
    package let path: String
    private let source: @Sendable () -> Recording.Source

    /// `source` is asked once for each reading.
    package init(path: String, _ source: @escaping @Sendable () -> Recording.Source) {
        self.path = path
        self.source = source
    }

    package func recording() -> Recording { Recording(source()) }
}
