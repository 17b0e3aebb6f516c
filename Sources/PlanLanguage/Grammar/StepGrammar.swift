import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// The steps of journeys, of `setup` and of `teardown`.
enum StepGrammar {
    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

    static let steps = Shape<[Step]>.list(
        Shape<Step>.variants(
            "a step",
            [
                Variant(
                    "POST /path", words: methods, pattern: "^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) /",
                    "one request; the key is its method and path", requestShape
                ) { draft, entry, reading in
                    request(draft, entry, entry.key, &reading).map { step(.request($0), entry) }
                },
                Variant(
                    "poll GET /path", words: ["poll"], pattern: "^poll (GET|POST) /",
                    "one request, repeated until what it expects is there", pollShape
                ) { draft, entry, reading in
                    request(draft.request, entry, String(entry.key.dropFirst("poll ".count)), &reading).map {
                        step(.poll(Poll(request: $0, every: draft.every, within: draft.within)), entry)
                    }
                },
                Variant(
                    "await webhook EVENT", words: ["await"], pattern: "^await webhook [^ ]+$",
                    "the journey goes on when the stack reports the event", webhookShape
                ) { draft, entry, reading in
                    guard let event = event(of: entry, &reading) else { return nil }
                    return step(
                        .awaitWebhook(WebhookWait(event: event, within: draft.within, match: draft.match)), entry)
                },
                Variant("think", "waits, as a person would", Shape<Distribution<TimeSpan>>.value()) { span, entry, _ in
                    step(.think(span), entry)
                },
            ]))

    private static func step(_ action: Step.Action, _ entry: YAMLNode.Entry) -> Step {
        Step(action: action, title: entry.key, span: entry.keySpan)
    }

    private static func event(of entry: YAMLNode.Entry, _ reading: inout PlanReading) -> String? {
        let words = entry.key.split(separator: " ")
        if words.count == 3, words[1] == "webhook" { return String(words[2]) }
        reading.error(
            "'\(entry.key)' names no event", at: entry.keySpan,
            fix: "write 'await webhook payment.captured: {within: 30s}'")
        return nil
    }

    private static func request(
        _ draft: RequestDraft, _ entry: YAMLNode.Entry, _ words: String, _ reading: inout PlanReading
    ) -> Request? {
        let parts = words.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, methods.contains(parts[0]), parts[1].hasPrefix("/") else {
            reading.error(
                "'\(entry.key)' is no method and path", at: entry.keySpan, fix: "write 'GET /v1/payments: {...}'")
            return nil
        }
        guard !parts[1].contains(where: { $0 == " " || $0 == "#" }) else {
            reading.error("a path has no space and no '#'", at: entry.keySpan, fix: "write %20 or %23")
            return nil
        }
        let kept = draft.keptBefore
        let saved = reading.kept
        reading.kept = kept
        let node = YAMLNode(.text(parts[1]), written: parts[1], at: pathSpan(parts[1], entry.keySpan))
        let path = TemplateText.read(parts[1], node, "path", &reading)
        reading.kept = saved
        return path.map { draft.request(method: parts[0], path: $0) }
    }

    /// The path stands at the end of its key, unless the key is quoted with escapes.
    private static func pathSpan(_ path: String, _ key: SourceSpan) -> SourceSpan {
        for end in [key.range.upperBound, key.range.upperBound - 1] {
            let range = end - path.utf8.count..<end
            if range.lowerBound >= key.range.lowerBound, key.source.bytes[range].elementsEqual(path.utf8) {
                return SourceSpan(key.source, range)
            }
        }
        return key
    }

    // MARK: Request

    /// A request without what its step's key says.
    struct RequestDraft {
        let fields: Fields
        let signatures: [Signature]
        let body: Body?
        let keptBefore: [String]

        func request(method: String, path: Template) -> Request {
            Request(
                method: method, path: path, service: fields[service], headers: fields[headers], body: body,
                sign: signatures, expectation: fields[expect],
                keep: fields[keep].map { (name: $0.name, path: $0.value) }, timeout: fields[timeout],
                condition: fields[when])
        }
    }

    private static let service = Key<String?>.optional(
        "service", Phrases.name(of: .service), "which of `target.services`; the first when left out")
    private static let headers = Key<[(name: String, value: Template)]>.defaulted(
        "headers", Phrases.templates, to: [], shown: "none", "sent beside those of the shadow marks")
    private static let json = Key<JSONTemplate?>.optional(
        "json", .json, "the body; a text that is one reference alone becomes a value of that kind")
    private static let form = Key<[(name: String, value: Template)]?>.optional(
        "form", Phrases.templates, "the body, URL-encoded, in this order")
    private static let body = Key<Template?>.optional("body", .template, "the body as text")
    private static let sign = Key<[Signature]>.defaulted(
        "sign", .oneOrMany(signature), to: [], shown: "none", "headers made from the rendered request")
    private static let expect = Key<Expectation>.defaulted(
        "expect", expectation, to: Expectation(statuses: [], headers: [], json: [], body: nil),
        shown: "status 200 to 299",
        "what must come back; anything else is `expectation-failed`")
    private static let keep = Key<[(name: Located<String>, value: JSONPath)]>.defaulted(
        "keep", .names(Phrases.jsonPath), to: [], shown: "none",
        "values of the answer's JSON for later steps, and for other journeys as `recent.NAME`")
    private static let timeout = Key<TimeSpan?>.optional(
        "timeout", Phrases.positiveSpan, "of this step; the target's when left out")
    private static let when = Key<Condition?>.optional(
        "when", condition, "leaves the step out unless a kept value is one of these")

    private static let requestKeys: [any AnyKey] = [
        service, headers, json, form, body, sign, expect, keep, timeout, when,
    ]

    private static let requestShape = Shape<RequestDraft>.record(
        "request", "What a request carries, and what must come back.", requestKeys, draft)

    private static func draft(_ fields: Fields, _ reading: inout PlanReading) -> RequestDraft? {
        let bodies = [fields[json].map(Body.json), fields[form].map(Body.form), fields[body].map(Body.text)]
            .compactMap(\.self)
        if [fields.has(json), fields.has(form), fields.has(body)].count(where: { $0 }) > 1 {
            reading.error("a request has one body", at: fields.span, fix: "write one of 'json', 'form' and 'body'")
        }
        let keptBefore = reading.kept
        for pair in fields[keep] {
            if DataGrammar.reserved.contains(pair.name.value) || reading.isDeclared(.data, pair.name.value) {
                reading.error(
                    "'\(pair.name.value)' already means something in templates", at: pair.name.span,
                    fix: "keep it under another name")
            }
            reading.kept.append(pair.name.value)
            reading.keptAnywhere.append(pair.name.value)
        }
        return RequestDraft(fields: fields, signatures: fields[sign], body: bodies.first, keptBefore: keptBefore)
    }

    // MARK: Poll and webhook

    struct PollDraft {
        let request: RequestDraft
        let every: TimeSpan
        let within: TimeSpan
    }

    private static let every = Key<TimeSpan>.defaulted(
        "every", Phrases.positiveSpan, to: .seconds(1), shown: "1s", "from one attempt to the next")
    private static let within = Key<TimeSpan>.required("within", Phrases.positiveSpan, "how long to wait at most")

    private static let pollShape = Shape<PollDraft>.record(
        "poll", "The keys of a request, and how often it is repeated.", requestKeys + [every, within]
    ) { fields, reading in
        if fields[every] > fields[within] {
            reading.error("'every' is longer than 'within'", at: fields.span(of: every))
        }
        return draft(fields, &reading).map {
            PollDraft(request: $0, every: fields[every], within: fields[within])
        }
    }

    private static let match = Key<Template?>.optional(
        "match", .template, "what the webhook is about; the journey's own `${webhook}` address when left out")
    private static let webhookShape = Shape<(within: TimeSpan, match: Template?)>.record(
        "await webhook", "How long the journey waits.", [within, match]
    ) { fields, _ in (within: fields[within], match: fields[match]) }

    // MARK: Parts

    private static let signatureHeader = Key<String>.required("header", .text, "where the signature goes")
    private static let signatureMethod = Key<Signature.Method>.required(
        "method", .word, "`md5-sorted` signs form fields in the order of their names, the key behind them")
    private static let signatureKey = Key<Template?>.optional(
        "key", .template, "`${env.NAME}` keeps it out of the plan")
    private static let signatureOver = Key<Template>.required(
        "over",
        Shape<Template>(form: Shape<Template>.template.form) { node, name, reading in
            reading.extraRoots = ["request"]
            defer { reading.extraRoots = [] }
            return Shape<Template>.template.read(node, name, &reading)
        }, "what is signed; knows `request.method`, `request.path` and `request.body`")
    private static let signature = Shape<Signature>.record(
        "sign", "Signs a request, as gateways ask for.",
        [signatureHeader, signatureMethod, signatureKey, signatureOver]
    ) { fields, reading in
        if fields[signatureMethod] == .hmacSHA256, !fields.has(signatureKey) {
            reading.error(
                "'hmac-sha256' needs a 'key'", at: fields.span(of: signatureMethod), fix: "write key: \"${env.NAME}\"")
        }
        return Signature(
            header: fields[signatureHeader], method: fields[signatureMethod], key: fields[signatureKey],
            over: fields[signatureOver])
    }

    private static let expectedStatus = Key<[Int]>.defaulted(
        "status", .oneOrMany(Phrases.status), to: [], shown: "200 to 299", "one of these")
    private static let expectedHeaders = Key<[(name: String, value: String)]>.defaulted(
        "headers", Phrases.texts, to: [], shown: "any", "each is there with this value")
    private static let expectedJSON = Key<[(path: JSONPath, values: [JSONScalar])]>.defaulted(
        "json",
        Shape<[(name: Located<String>, value: [JSONScalar])]>.names(.oneOrMany(Phrases.scalar)).then {
            pairs, _, _, reading in
            pairs.compactMap { pair in
                if let path = JSONPath(pair.name.value) { return (path: path, values: pair.value) }
                reading.error(
                    "'\(pair.name.value)' is no JSON path", at: pair.name.span, fix: "write '$.id' or '$.items[0].id'")
                return nil
            }
        }, to: [], shown: "any", "each path leads to one of its values")
    private static let expectedBody = Key<String?>.optional(
        "body",
        Shape<String>.text.then { text, node, _, reading in
            if (try? Regex(text)) != nil { return text }
            reading.error("this is no regular expression", at: node.span)
            return nil
        }, "a regular expression that matches somewhere in the body")
    private static let expectation = Shape<Expectation>.record(
        "expect", "What an answer must be; what is left out is not looked at.",
        [expectedStatus, expectedHeaders, expectedJSON, expectedBody]
    ) { fields, _ in
        Expectation(
            statuses: fields[expectedStatus], headers: fields[expectedHeaders], json: fields[expectedJSON],
            body: fields[expectedBody])
    }

    private static let condition = Shape<[(name: Located<String>, value: [JSONScalar])]>.names(
        .oneOrMany(Phrases.scalar)
    ).then { pairs, node, name, reading in
        guard pairs.count == 1, let pair = pairs.first else {
            reading.error(
                "'\(name)' looks at one kept value", at: node.span, fix: "write when: {state: [captured, settled]}")
            return nil as Condition?
        }
        if !reading.kept.contains(pair.name.value) {
            reading.error(
                "no earlier step of this journey keeps '\(pair.name.value)'", at: pair.name.span,
                fix: PlanReading.advice(pair.name.value, reading.kept, "kept so far: "))
        }
        return Condition(name: pair.name, values: pair.value)
    }
}
