import StackVocabulary
import Timebase

extension ServiceCosts {
    /// What a stack in simulation takes of a core where nothing is declared, and what kinds of work weigh against each
    /// other when live.
    ///
    /// Not measured yet: the rate that the stack is to reach on two cores, 40,000 payments a second, stands in. A
    /// calibration by `scripts/bench` replaces this one line.
    static let calibrated = ServiceCosts(pay: .microseconds(50))
}
