import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// One plan on its way to a book.
struct Compilation {
    let plan: Plan
    let setting: RunSetting
    let services: [Service]
    var collector = DiagnosticCollector()
    /// Data by name; nil for those whose origin is faulty, which was reported. Only for looking up.
    var sources: [String: ValueSource?] = [:]
    var recentNames: [String] = []
    var patterns: [String] = []
    /// What any template asks of `recent`; other values are not remembered.
    let wantedRecent: Set<String>
    private var stepCount = 0
    /// Of the journey, and of the step, under way.
    var layout = SlotLayout()
    var needs = CompiledStep.Needs()

    init(_ plan: Plan, _ setting: RunSetting) {
        self.plan = plan
        self.setting = setting
        services = Service.all(of: plan.target.entry, hosts: setting.hosts)
        let steps = plan.journeys.flatMap(\.steps) + plan.setup + plan.teardown
        let references = (steps.flatMap(\.templates) + plan.shadow.headers.map(\.value)).flatMap(\.references)
        wantedRecent = Set(
            references.filter { $0.path[0] == "recent" }.map { $0.path.dropFirst().joined(separator: ".") })
    }

    mutating func book() -> JourneyBook {
        for data in plan.data { sources[data.name.value] = .some(source(data)) }
        let journeys = plan.journeys.map { journey in
            self.journey(
                journey.name.value, journey.priority, journey.retry.map { RetryPolicy($0) }, journey.duplicate,
                journey.steps)
        }
        let count = stepCount
        let setup = journey("setup", .normal, nil, nil, plan.setup)
        let teardown = journey("teardown", .normal, nil, nil, plan.teardown)
        let marks = journey("marks", .normal, nil, nil, [Self.bareStep(at: plan.traffic[0].name.span)])
        return JourneyBook(
            journeys: journeys, setup: setup, teardown: teardown, marks: marks, stepCount: count,
            services: services.map(\.name),
            recentNames: recentNames, patterns: patterns, classify: plan.classify, setting: setting)
    }

    private static func bareStep(at span: SourceSpan) -> Step {
        let request = Request(
            method: "GET", path: Template([.literal("/")], span: span), service: nil, headers: [], body: nil, sign: [],
            expectation: Expectation(statuses: [], headers: [], json: [], body: nil), keep: [], timeout: nil,
            condition: nil)
        return Step(action: .request(request), title: "recorded request", span: span)
    }

    private mutating func journey(
        _ name: String, _ priority: Priority, _ retry: RetryPolicy?, _ duplicate: Duplicate?, _ steps: [Step]
    ) -> CompiledJourney {
        layout = SlotLayout()
        let compiled = steps.enumerated().map { step($1, position: $0) }
        return CompiledJourney(
            name: name, priority: priority, retry: retry, duplicate: duplicate, steps: compiled, layout: layout)
    }

    private mutating func step(_ step: Step, position: Int) -> CompiledStep {
        defer { stepCount += 1 }
        needs = CompiledStep.Needs()
        let kind: CompiledStep.Kind
        var (compiled, match, think): (CompiledRequest?, Segments?, Sampler?)
        var condition: CompiledCondition?
        var timeout = plan.target.timeout
        switch step.action {
        case .request(let request):
            kind = .request
            timeout = request.timeout ?? timeout
            condition = request.condition.map { self.condition($0) }
            compiled = self.request(request, step)
        case .poll(let poll):
            kind = .poll(every: poll.every, within: poll.within)
            timeout = poll.request.timeout ?? timeout
            condition = poll.request.condition.map { self.condition($0) }
            compiled = request(poll.request, step)
        case .awaitWebhook(let wait):
            kind = .webhook(event: wait.event, within: wait.within)
            timeout = wait.within
            match = wait.match.map { Segments(program($0, as: .raw)) }
        case .think(let distribution):
            kind = .think
            think = Sampler(distribution)
        }
        return CompiledStep(
            index: stepCount, position: position, title: step.title, kind: kind, timeout: timeout, request: compiled,
            match: match, think: think, condition: condition, needs: needs)
    }

    private mutating func condition(_ condition: Condition) -> CompiledCondition {
        CompiledCondition(
            slot: layout.slot(condition.name.value), values: condition.values.map { ScalarTest($0) })
    }
}

/// An entry point of the target, as requests name it.
struct Service: Sendable {
    let name: String
    let host: String
    /// Stands before every path.
    let basePath: String

    static func all(of entry: Entry, hosts: [String: String]) -> [Service] {
        entry.addresses.map { service, address in
            switch address.value {
            case .url(let url): Service(service ?? "", url, hosts)
            case .channel, .embedded:
                Service(name: service ?? "", host: hosts[service ?? ""] ?? "localhost", basePath: "")
            }
        }
    }

    private init(_ name: String, _ address: HTTPAddress, _ hosts: [String: String]) {
        let shown = address.description.dropFirst(address.isSecure ? "https://".count : "http://".count)
        self.init(
            name: name, host: hosts[name] ?? String(shown.dropLast(address.path.count)), basePath: address.path)
    }

    private init(name: String, host: String, basePath: String) {
        self.name = name
        self.host = host
        self.basePath = basePath
    }
}
