extension String {
    /// Nil for what is not UTF-8.
    package init?(validating bytes: Span<UInt8>) {
        do {
            self = String(copying: try UTF8Span(validating: bytes))
        } catch {
            return nil
        }
    }
}
