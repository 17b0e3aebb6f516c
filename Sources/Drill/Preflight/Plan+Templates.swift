import PlanModel
import Timebase

extension Plan {
    /// Every template of the plan, in the order of its parts.
    var templates: [Template] {
        var templates = shadow.headers.map(\.value)
        if let key = target.tls?.key { templates.append(key) }
        for step in setup + journeys.flatMap(\.steps) + teardown { templates += step.templates }
        return templates
    }
}

extension Step {
    fileprivate var templates: [Template] {
        switch action {
        case .request(let request): request.templates
        case .poll(let poll): poll.request.templates
        case .awaitWebhook(let wait): wait.match.map { [$0] } ?? []
        case .think: []
        }
    }

    /// The requests of one pass through the step at the most, without retries.
    var requestsMax: Double {
        switch action {
        case .request: 1
        case .poll(let poll): (poll.within.seconds / max(poll.every.seconds, 0.001)).rounded(.up) + 1
        case .awaitWebhook, .think: 0
        }
    }
}

extension Request {
    fileprivate var templates: [Template] {
        var templates = [path] + headers.map(\.value)
        switch body {
        case .json(let json): templates += json.templates
        case .form(let fields): templates += fields.map(\.value)
        case .text(let text): templates.append(text)
        case nil: break
        }
        return templates + sign.flatMap { [$0.key, $0.over].compactMap(\.self) }
    }
}
