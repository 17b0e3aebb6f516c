import PlanModel
import Timebase

extension Plan {
    /// Every template of the plan, in the order of its parts.
    var templates: [Template] {
        var templates = shadow.headers.map(\.value)
        if let key = target.tls?.key { templates.append(key) }
        templates += evidence.flatMap(\.templates)
        for step in setup + journeys.flatMap(\.steps) + teardown { templates += step.templates }
        return templates
    }
}

extension Step {
    /// The requests of one pass through the step at the most, without retries.
    var requestsMax: Double {
        switch action {
        case .request: 1
        case .poll(let poll): (poll.within.seconds / max(poll.every.seconds, 0.001)).rounded(.up) + 1
        case .awaitWebhook, .think: 0
        }
    }
}
