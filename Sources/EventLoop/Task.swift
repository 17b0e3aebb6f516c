public enum Task {
    package static var isCancelled: Bool { _Concurrency.Task<Never, Never>.isCancelled }
}
