/// Shadows the concurrency library's `Task` in every module that imports this one.
///
/// `Task { }`, `Task.detached` and `Task.sleep` leave the loop for the global pool: a live handler would race, and a
/// simulated one would be lost to another clock. With this name in scope they do not compile. What takes their place:
///
///     Task { … }            ->  loop.spawn { … }
///     Task.sleep(for:)      ->  loop.sleep(until: loop.now + span)
///     Task.detached { … }   ->  loop.offload { … }      (blocking work, on a thread of its own)
public enum Task {
    public static var isCancelled: Bool { _Concurrency.Task<Never, Never>.isCancelled }

    public static func checkCancellation() throws(CancellationError) {
        if isCancelled { throw CancellationError() }
    }

    /// Lets the other ready tasks of this loop run first.
    public static func yield() async { await _Concurrency.Task<Never, Never>.yield() }
}
