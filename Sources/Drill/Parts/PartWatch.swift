import EventLoop

/// Notices when a part of a run is gone: a run without it is one that fails, with the reason. Owned by one run, on its loop.
final class PartWatch {
    private let host: any PartHost
    private let words: (_ loss: String) -> String
    private let loop: EventLoop
    private var watching: SpawnedTask?

    /// - Parameter words: of its loss.
    init(_ host: any PartHost, on loop: EventLoop, _ words: @escaping (_ loss: String) -> String) {
        self.host = host
        self.loop = loop
        self.words = words
    }

    func begin(_ fail: @escaping (String) -> Void) {
        watching = loop.spawn { [self] in
            await host.waitForLoss()
            if let loss = host.loss { fail(words(loss)) }
        }
    }

    func rest() async {
        watching?.cancel()
        await watching?.join()
        watching = nil
    }
}
