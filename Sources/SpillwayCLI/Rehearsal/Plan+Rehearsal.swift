import Diagnostics
import PlanModel
import PlanValues
import StackVocabulary

extension Plan {
    /// What keeps the whole of it from being rehearsed: a rehearsal has a network of its own, with what the plan starts in it
    /// and nobody else. Of all that is outside at most the traffic can be drawn.
    var rehearsalObjections: [Diagnostic] { entriesOutside + ownSockets + observedOutside + evidenceOutside }

    private var entriesOutside: [Diagnostic] {
        target.entry.addresses.compactMap { _, address in
            guard case .url(let url) = address.value else { return nil }
            return .error(
                "\(url) is outside, and a rehearsal reaches nobody there", at: address.span,
                fix:
                    "drive what the plan starts ('stack: embedded', 'url: ${channels.NAME}'), or draw the traffic alone with "
                    + "'--arrivals'")
        }
    }

    /// libcurl knows no network but the machine's.
    private var ownSockets: [Diagnostic] {
        guard target.transport == .curl else { return [] }
        return [
            .error(
                "the transport 'curl' opens sockets of its own, and a rehearsal opens none",
                at: target.entry.addresses.first?.address.span,
                fix: "write '--set target.transport=http1', or draw the traffic alone with '--arrivals'")
        ]
    }

    private var observedOutside: [Diagnostic] {
        observe.compactMap { observation in
            guard case .url(let url) = observation.prometheus.value else { return nil }
            return .error(
                "\(url) is outside, and a rehearsal observes nobody there", at: observation.prometheus.span,
                fix: "write 'prometheus: stack', leave it out, or draw the traffic alone with '--arrivals'")
        }
    }

    /// What stands in it now is of another run.
    private var evidenceOutside: [Diagnostic] {
        evidence.map { source in
            .error(
                "the source '\(source.table.name)' is what a stack outside says of a live run", at: source.span,
                fix: "leave 'evidence' out, or draw the traffic alone with '--arrivals'")
        }
    }
}
