import Evidence
import StackVocabulary
import Timebase

/// What the embedded stack was: how large it was declared to be, and how it behaved.
struct StackSection {
    let stack: StackRecord

    var markup: Markup {
        .section("stack", "The stack", [.facts(size + behaviour + places)])
    }

    private var setting: StackSetting { stack.setting }

    private var size: [(String, Markup)] {
        let service = setting.service.map { "\($0.pay) a payment" } ?? "what it takes"
        return [
            ("planted in it", Markup(planted)), ("cores", Markup("\(setting.cores)")), ("service", Markup(service)),
            ("store", Markup("\(stack.store.rawValue)")),
            ("live and shadow rows", Markup("kept apart by \(setting.isolation.rawValue)")),
        ]
    }

    private var planted: String {
        stack.defects.isEmpty
            ? "nothing" : stack.defects.map { "\($0.name): \($0.wrong)" }.joined(separator: "; ")
    }

    private var behaviour: [(String, Markup)] {
        let merchant = setting.merchantRate.map { "\($0)/s" } ?? "no limit"
        return [
            ("of one merchant", Markup(merchant)),
            ("queue", Markup("\(setting.queueMax), \(setting.queueAgeMax) at most")),
            ("deadline", Markup("\(setting.deadline)")),
            ("banks have", Markup("\(setting.bankTimeout) to answer, \(setting.bankConnections) connections")),
            (
                "breaker",
                Markup(
                    "opens at \(setting.breaker.failureShare * 100) % of \(setting.breaker.callsMin) calls or more in "
                        + "\(setting.breaker.window), for \(setting.breaker.openFor)")
            ),
            ("first query", Markup("after \(setting.query.first)")),
        ]
    }

    private var places: [(String, Markup)] {
        [("front", code(stack.front)), ("operator", code(stack.operatorDesk))]
    }

    private func code(_ text: String) -> Markup { .element("code", [], text) }
}
