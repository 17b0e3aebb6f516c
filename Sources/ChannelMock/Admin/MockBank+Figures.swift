import ChannelProfile
import EventLoop
import HTTPService

/// A number that a bank tells its operator.
package struct BankFigure: Sendable {
    package let name: String
    package let value: UInt64
    /// It never falls.
    package let isCounter: Bool
}

extension MockBank {
    /// Something that a drill should not see: requests without a mark where the profile wants an alarm, marks of others,
    /// or a journal that lost entries.
    package var isAlarmed: Bool {
        channel.untagged == .alarm && counters.untagged > 0 || counters.mistagged > 0 || counters.journalFailures > 0
    }

    /// In an order that stays.
    package var figures: [BankFigure] {
        let (callbacks, load) = (self.callbacks, self.load)
        let counted: [(String, UInt64)] = [
            ("requests", counters.requests), ("approved", counters.approved), ("declined", counters.declined),
            ("pending_answers", counters.pending), ("settled", counters.settled), ("replayed", counters.replayed),
            ("queries", counters.queries), ("refused", counters.refused), ("over_quota", counters.overQuota),
            ("over_queue", counters.overQueue), ("disturbed", counters.disturbed), ("verified", counters.verified),
            ("untagged", counters.untagged),
            ("mistagged", counters.mistagged), ("booked_twice", counters.bookedTwice),
            ("journal_failures", counters.journalFailures), ("listens_failed", counters.listensFailed),
            ("callbacks_ordered", callbacks.orders), ("callbacks_sent", callbacks.sent),
            ("callbacks_delivered", callbacks.delivered), ("callbacks_retried", callbacks.retried),
            ("callbacks_given_up", callbacks.givenUp), ("callbacks_lost", callbacks.lost),
            ("callbacks_refused", callbacks.refused), ("callbacks_dropped", callbacks.dropped),
            ("payments_forgotten", book.forgotten), ("settled_early", settlements.early),
            ("keys_forgotten", shelf.counters.forgotten + shelf.counters.unremembered),
            ("connections_refused", server.counters.connectionsRefused),
        ]
        let measured: [(String, UInt64)] = [
            ("working", UInt64(load.working)), ("waiting", UInt64(load.waiting)), ("pending", UInt64(pendingCount)),
            ("callbacks_waiting", UInt64(desk?.waitingCount ?? 0)),
            ("callbacks_under_way", UInt64(desk?.inFlightCount ?? 0)),
            ("faults_up", UInt64(board.upFaults(at: loop.now).count)),
            ("connections", UInt64(server.connectionCount)),
        ]
        return counted.map { BankFigure(name: $0.0, value: $0.1, isCounter: true) }
            + measured.map { BankFigure(name: $0.0, value: $0.1, isCounter: false) }
    }
}
