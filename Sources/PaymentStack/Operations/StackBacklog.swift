import EventLoop
import JSON
import StackVocabulary
import Timebase

/// What one namespace still has to do, at this instant: `GET /admin/export/queues` tells it.
struct StackBacklog {
    private let desk: PaymentDesk
    private let notifier: Notifier
    private let chase: Chase

    init(_ desk: PaymentDesk, _ notifier: Notifier, _ chase: Chase) {
        (self.desk, self.notifier, self.chase) = (desk, notifier, chase)
    }

    var json: JSONValue {
        .present(door + work + [("next_question_ms", nextQuestion), ("resolved", resolved)])
    }

    private var door: [(String, JSONValue?)] {
        let door = desk.door.figures
        return [
            ("namespace", .text(desk.namespace.name)), ("waiting", .count(door.waiting)),
            ("oldest_age_ms", .integer(door.oldestAge.nanoseconds / 1_000_000)), ("inside", .count(door.inside)),
            ("limit", .count(door.limit)),
            // Captures and cancellations as well: who is with a bank has left the door's inside.
            ("at_work", .count(desk.atWork.count + desk.busy.count)),
            ("store_waiting", .count(desk.store.figures.waiting)),
        ]
    }

    private var work: [(String, JSONValue?)] {
        let (outbox, figures) = (notifier.figures, desk.figures)
        return [
            ("outbox_waiting", .count(outbox.waiting + outbox.underWay + outbox.committing)),
            ("outbox_in_store", .boolean(outbox.isOverflown)), ("open_questions", .count(chase.figures.waiting)),
            ("pending", .integer(Int64(figures.pending))), ("unknown", .integer(Int64(figures.unknown))),
            ("refunds_pending", .integer(Int64(figures.refundsPending))),
            ("refunds_unknown", .integer(Int64(figures.refundsUnknown))),
        ]
    }

    /// Milliseconds until a bank is asked again, left out where nothing waits for that.
    private var nextQuestion: JSONValue? {
        chase.nextDue.map { .integer(max(0, ($0 - desk.loop.now).nanoseconds) / 1_000_000) }
    }

    /// Payments and refunds that were unknown and are not any more, by who told.
    private var resolved: JSONValue {
        .object(Witness.allCases.map { ($0.name, .count(desk.figures.resolved[Int($0.rawValue)])) })
    }
}
