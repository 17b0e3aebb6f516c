import Glibc

/// Where words go: results to standard output, talk to standard error.
package struct Console: Sendable {
    package let result: @Sendable (String) -> Void
    package let talk: @Sendable (String) -> Void

    package init(result: @escaping @Sendable (String) -> Void, talk: @escaping @Sendable (String) -> Void) {
        self.result = result
        self.talk = talk
    }

    /// The process's own. A reader that went away (`spillway … | head`) ends nothing but the output.
    package static let standard = Console(
        result: { write($0 + "\n", to: STDOUT_FILENO) },
        talk: { write($0 + "\n", to: STDERR_FILENO) })

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }
}
