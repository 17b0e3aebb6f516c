/// What the stack writes into its log while somebody plays with it, such as a defect that was switched on: on the terminal
/// as well, as long as it is not too much.
final class StackLogTail {
    static let linesMax = 200

    private let console: Console
    private var count = 0
    /// Once the addresses are told.
    var isOpen = false

    init(_ console: Console) {
        self.console = console
    }

    func tell(_ line: String) {
        guard isOpen, count <= Self.linesMax else { return }
        count += 1
        console.talk(count <= Self.linesMax ? "log       \(line)" : "log       more of it: GET /admin/export/log")
    }
}
