import EventLoop
import Testing

@Suite struct TaskBanTests {
    @Test func `the shadowing Task still answers whether it was cancelled`() {
        #expect(!Task.isCancelled)
    }
}
