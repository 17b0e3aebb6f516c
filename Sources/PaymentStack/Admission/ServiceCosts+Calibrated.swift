import StackVocabulary
import Timebase

extension ServiceCosts {
    /// What a stack in simulation takes of a core where nothing is declared, and what kinds of work weigh against each
    /// other when live.
    ///
    /// `scripts/bench --only chain` tells what a payment takes of a processor in memory (`stack_us`): 18 to 19 us on the
    /// machine of 21 November 2026, the kernel's part included.
    static let calibrated = ServiceCosts(pay: .microseconds(19))
}
