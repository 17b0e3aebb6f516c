extension Step {
    /// All that it renders.
    package var templates: [Template] {
        switch action {
        case .request(let request): request.templates
        case .poll(let poll): poll.request.templates
        case .awaitWebhook(let wait): wait.match.map { [$0] } ?? []
        case .think: []
        }
    }
}

extension Request {
    private var contents: [Template] {
        switch body {
        case .json(let json): json.templates
        case .form(let fields): fields.map(\.value)
        case .text(let text): [text]
        case nil: []
        }
    }

    fileprivate var templates: [Template] {
        [path] + headers.map(\.value) + contents + sign.flatMap { [$0.over, $0.key].compactMap(\.self) }
    }
}
