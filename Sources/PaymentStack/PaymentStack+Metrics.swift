import HTTPService
import JSON
import StackVocabulary
import Timebase

extension PaymentStack {
    /// Everything that is counted, by namespace.
    func metrics() -> [UInt8] {
        guard let parts else { return [] }
        var text = MetricsText(prefix: "spillway_stack_")
        let desks = parts.desks
        text.family("marks_refused_total", .counter, [("", Double(parts.gateway.figures.marksRefused))])
        tellDoors(desks, &text)
        tellDesks(desks, &text)
        tellChannels(parts.channels, &text)
        tellStores(desks, &text)
        tellNotifiers(parts, &text)
        return text.bytes
    }

    private func tellDoors(_ desks: [PaymentDesk], _ text: inout MetricsText) {
        let doors = desks.map { (label: label($0.namespace), figures: $0.door.figures) }
        func byTier(_ count: (DoorCounts, Tier) -> UInt64) -> [(labels: String, value: Double)] {
            doors.flatMap { door in
                Tier.allCases.map {
                    ("\(door.label),tier=\"\($0.name)\"", Double(count(door.figures.counts, $0)))
                }
            }
        }
        text.family("offered_total", .counter, byTier { $0.offered[$1] })
        text.family("admitted_total", .counter, byTier { $0.admitted[$1] })
        text.family(
            "refused_total", .counter,
            doors.flatMap { door in
                Limit.allCases.flatMap { limit in
                    Tier.allCases.map { tier in
                        (
                            "\(door.label),limit=\"\(limit.rawValue)\",tier=\"\(tier.name)\"",
                            Double(door.figures.counts.refused(by: limit)[tier])
                        )
                    }
                }
            })
        text.family("inside", .gauge, doors.map { ($0.label, Double($0.figures.inside)) })
        text.family("concurrency_limit", .gauge, doors.map { ($0.label, Double($0.figures.limit)) })
        text.family("queue_depth", .gauge, doors.map { ($0.label, Double($0.figures.waiting)) })
        text.family("queue_oldest_seconds", .gauge, doors.map { ($0.label, $0.figures.oldestAge.seconds) })
    }

    private func tellDesks(_ desks: [PaymentDesk], _ text: inout MetricsText) {
        func each(_ value: (DeskFigures) -> UInt64) -> [(labels: String, value: Double)] {
            desks.map { (label($0.namespace), Double(value($0.figures))) }
        }
        text.family("payments_total", .counter, each { $0.payments })
        text.family("refunds_total", .counter, each { $0.refunds })
        text.family("replays_total", .counter, each { $0.replays })
        text.family("key_conflicts_total", .counter, each { $0.conflicts })
        text.family("key_mismatches_total", .counter, each { $0.mismatches })
        text.family("rerouted_total", .counter, each { $0.rerouted })
        text.family("contradictions_total", .counter, each { $0.contradictions })
        text.family("callbacks_total", .counter, each { $0.callbacks })
        text.family("callbacks_refused_total", .counter, each { $0.callbacksRefused })
        text.family("channel_refusals_total", .counter, each { $0.channelRefusals })
        text.family("store_failures_total", .counter, each { $0.storeFailures })
        text.family(
            "entered_total", .counter,
            desks.flatMap { desk in
                PaymentState.allCases.map {
                    (
                        "\(label(desk.namespace)),state=\"\($0.name)\"",
                        Double(desk.figures.entered[Int($0.rawValue)])
                    )
                }
            })
        text.family(
            "resolved_total", .counter,
            desks.flatMap { desk in
                Witness.allCases.map {
                    ("\(label(desk.namespace)),by=\"\($0.name)\"", Double(desk.figures.resolved[Int($0.rawValue)]))
                }
            })
        text.family("pending", .gauge, desks.map { (label($0.namespace), Double($0.figures.pending)) })
        text.family("unknown", .gauge, desks.map { (label($0.namespace), Double($0.figures.unknown)) })
    }

    private func tellChannels(_ channels: Channels, _ text: inout MetricsText) {
        var rows: [(label: String, gauges: ChannelGauges, figures: ChannelFigures)] = []
        for namespace in Namespace.allCases {
            for gauges in channels.gauges(namespace) {
                guard let adapter = channels[gauges.channel, namespace] else { continue }
                rows.append(("\(label(namespace)),channel=\"\(adapter.name)\"", gauges, adapter.figures))
            }
        }
        func counter(_ name: String, _ value: (ChannelFigures) -> UInt64) {
            text.family(name, .counter, rows.map { ($0.label, Double(value($0.figures))) })
        }
        func gauge(_ name: String, _ value: (ChannelGauges) -> Double) {
            text.family(name, .gauge, rows.map { ($0.label, value($0.gauges)) })
        }
        counter("channel_attempts_total") { $0.attempts }
        counter("channel_sends_total") { $0.sends }
        counter("channel_retries_total") { $0.retries }
        counter("channel_retries_refused_total") { $0.retriesRefused }
        counter("channel_approved_total") { $0.approved }
        counter("channel_declined_total") { $0.declined }
        counter("channel_pending_total") { $0.pending }
        counter("channel_unknown_total") { $0.unknown }
        counter("channel_refused_total") { $0.refused }
        counter("channel_held_total") { $0.held }
        counter("channel_mismatched_total") { $0.mismatched }
        counter("channel_queries_total") { $0.queries }
        gauge("channel_retry_budget") { $0.retryTokens }
        gauge("channel_breakers_open") { Double($0.breakersOpen) }
        gauge("channel_breakers_half_open") { Double($0.breakersHalfOpen) }
        text.family("channel_breakers_opened_total", .counter, rows.map { ($0.label, Double($0.gauges.opened)) })
        gauge("channel_share") { $0.share }
        gauge("channel_in_flight") { Double($0.inFlight) }
        gauge("channel_limit") { Double($0.limit) }
        gauge("channel_connections") { Double($0.connections) }
        text.histogram("channel_latency_seconds", rows.map { ($0.label, $0.figures.latency) })
    }

    private func tellStores(_ desks: [PaymentDesk], _ text: inout MetricsText) {
        let stores = desks.map { (label: label($0.namespace), figures: $0.store.figures) }
        text.family("store_changes_total", .counter, stores.map { ($0.label, Double($0.figures.changes)) })
        text.family("store_groups_total", .counter, stores.map { ($0.label, Double($0.figures.groups)) })
        text.family("store_rows_total", .counter, stores.map { ($0.label, Double($0.figures.rows)) })
        text.family("store_stale_total", .counter, stores.map { ($0.label, Double($0.figures.stale)) })
        text.family("store_waiting", .gauge, stores.map { ($0.label, Double($0.figures.waiting)) })
        text.family("store_lag_seconds", .gauge, stores.map { ($0.label, $0.figures.lag.seconds) })
    }

    private func label(_ namespace: Namespace) -> String { "namespace=\"\(namespace.name)\"" }
}

extension PaymentStack {
    fileprivate func tellNotifiers(_ parts: StackParts, _ text: inout MetricsText) {
        let rows = zip(parts.desks, parts.notifiers).map { desk, notifier in
            (label: "namespace=\"\(desk.namespace.name)\"", figures: notifier.figures)
        }
        func counter(_ name: String, _ value: (NotifierCounts) -> UInt64) {
            text.family(name, .counter, rows.map { ($0.label, Double(value($0.figures.counts))) })
        }
        counter("notifications_told_total") { $0.told }
        counter("notifications_sent_total") { $0.sent }
        counter("notifications_retried_total") { $0.retried }
        counter("notifications_delivered_total") { $0.delivered }
        counter("notifications_given_up_total") { $0.givenUp }
        text.family("outbox_waiting", .gauge, rows.map { ($0.label, Double($0.figures.waiting)) })
        text.family("outbox_lag_seconds", .gauge, rows.map { ($0.label, $0.figures.oldestAge.seconds) })
        let chases = zip(parts.desks, parts.chases).map { desk, chase in
            (label: "namespace=\"\(desk.namespace.name)\"", figures: chase.figures)
        }
        text.family("open_questions", .gauge, chases.map { ($0.label, Double($0.figures.waiting)) })
        text.family("questions_asked_total", .counter, chases.map { ($0.label, Double($0.figures.asked)) })
        text.family("questions_given_up_total", .counter, chases.map { ($0.label, Double($0.figures.givenUp)) })
    }
}
