import Glibc
import LoadDriver

/// What signals and keys ask of a run. The first that asks for its end gets an orderly one, the second an end at once;
/// whoever asks a third time waits for nothing any more.
struct OperatorIntent {
    enum Request: Equatable {
        case command(DriverCommand)
        /// The process ends here and now.
        case leave(signal: Int32)
    }

    private var interruptions = 0

    mutating func interrupted(by signal: Int32) -> Request {
        interruptions += 1
        switch interruptions {
        case 1: return .command(.stop(signal: signal))
        case 2: return .command(.abandon(signal: signal))
        default: return .leave(signal: signal)
        }
    }

    /// The keys of one reading. An escape sequence, such as an arrow key's, asks for nothing.
    mutating func pressed(_ keys: some Sequence<UInt8>) -> [Request] {
        var requests: [Request] = []
        for key in keys.prefix(while: { $0 != 0x1b }) {
            switch key {
            case UInt8(ascii: "+"), UInt8(ascii: "="): requests.append(.command(.faster))
            case UInt8(ascii: "-"), UInt8(ascii: "_"): requests.append(.command(.slower))
            case UInt8(ascii: "p"), UInt8(ascii: "P"): requests.append(.command(.pauseOrResume))
            case UInt8(ascii: "q"), UInt8(ascii: "Q"): requests.append(interrupted(by: SIGINT))
            default: break
            }
        }
        return requests
    }
}
