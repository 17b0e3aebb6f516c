import EventLoop
import Timebase

/// What a request does next, found without waiting.
enum Step {
    /// Its answer is written.
    case answered
    case work(Work)
    /// What is told before the answer, and the answer.
    case tell(CallbackOrder, BankAnswer)
    case play(Performance)
}

/// A payment at work.
struct Work {
    let request: PaymentRequest
    /// Nil without a key.
    let ticket: IdempotencyShelf.Ticket?
    let ends: Instant
    /// Before `ends` where the channel's timer is over first.
    let decided: Instant
}

/// An answer that takes time, as a fault will have it.
enum Performance {
    case silence
    case drip(BankAnswer, bytesPerSecond: Int)
}
