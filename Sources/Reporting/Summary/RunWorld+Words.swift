package import Evidence

extension RunWorld {
    /// Above everything else that is told of a run; nil for a live one.
    package var warning: String? {
        switch self {
        case .live: nil
        case .rehearsed: "REHEARSED in virtual time: nothing was sent, and this is no result of a live run"
        }
    }

    /// The command that runs it again.
    var verb: String {
        switch self {
        case .live: "run"
        case .rehearsed: "rehearse"
        }
    }
}
