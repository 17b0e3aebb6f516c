import Synchronization

/// Where foreign threads (a store, a name look-up, a signal) leave work for a loop. It holds closures, never
/// continuations: a continuation is resumed by the loop's own thread only.
public final class Mailbox: Sendable {
    private struct State {
        var letters: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Looked at every turn, when the lock would cost more than the turn's other work.
    private let hasLetters = Atomic(false)
    private let ring: @Sendable () -> Void

    /// `ring` wakes the loop; it is called for the first letter only, until the loop has emptied the box.
    init(ring: @escaping @Sendable () -> Void) {
        self.ring = ring
    }

    /// False when the loop has ended: the letter is not taken.
    func post(_ letter: @escaping @Sendable () -> Void) -> Bool {
        let (taken, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.letters.append(letter)
            hasLetters.store(true, ordering: .releasing)
            return (true, state.letters.count == 1)
        }
        if isFirst { ring() }
        return taken
    }

    func takeAll() -> [@Sendable () -> Void] {
        guard hasLetters.load(ordering: .acquiring) else { return [] }
        return state.withLock { state in
            hasLetters.store(false, ordering: .relaxed)
            let letters = state.letters
            state.letters = []
            return letters
        }
    }

    /// No letter is taken from now on; those that were are returned.
    func close() -> [@Sendable () -> Void] {
        state.withLock { $0.isClosed = true }
        return takeAll()
    }
}
