import ChannelProfile

/// What a run's probes are called: each has a key of its own below the run's name, and all of them are here.
///
/// Before the traffic a run sends payments of one minor unit and questions that move nothing, some of which break its own
/// rules on purpose: without a mark, with a forged one, at the wrong door. They leave rows in the stack's books and lines
/// in the banks' journals. Whoever audits a run asks here whether a key is one of them.
///
/// A bank knows a payment that came through the stack by the stack's own reference: there a probe is found by the row
/// that the stack keeps under its key.
package struct CanaryKeys: Sendable, Equatable {
    package enum Probe: String, Sendable, CaseIterable {
        /// Through the stack and straight at each shadow bank, with the run's mark.
        case marked = "canary"
        /// Through the stack, with a mark that somebody guessed; it must come to nothing.
        case forged
        /// Through the stack, without a mark: live traffic. It is in the live books only.
        case untagged
        /// Straight at each shadow bank, as if the mark was lost on the way there.
        case stripped
        /// Straight at each live twin, with the run's mark: what no drill may ever do.
        case astray

        /// What it is there to show, in a sentence.
        package var purpose: String {
            switch self {
            case .marked: "a marked payment comes to the shadow banks with its mark"
            case .forged: "a forged mark is refused"
            case .untagged: "an untagged payment comes to the live twins and to no shadow bank"
            case .stripped: "a shadow bank notices a request whose mark was lost"
            case .astray: "a live twin notices a marked request"
            }
        }
    }

    package let runID: String

    package init(runID: String) {
        self.runID = runID
    }

    package subscript(probe: Probe) -> String { "\(probe.rawValue)-\(runID)" }

    package var all: [String] { Probe.allCases.map { self[$0] } }

    package func probe(_ key: some StringProtocol) -> Probe? { Probe.allCases.first { self[$0] == key } }

    /// As a bank's journal names them where it has no room for the key itself.
    package func digest(_ probe: Probe) -> UInt128 { PaymentReference(self[probe])?.digest ?? 0 }
}
