package import Diagnostics
package import PlanValues
package import Timebase

/// One step of a journey.
package struct Step: Sendable {
    package enum Action: Sendable {
        case request(Request)
        case awaitWebhook(WebhookWait)
        case poll(Poll)
        case think(Distribution<TimeSpan>)
    }

    package let action: Action
    /// The words that the step begins with: `POST /v1/payments`.
    package let title: String
    package let span: SourceSpan

    package init(action: Action, title: String, span: SourceSpan) {
        self.action = action
        self.title = title
        self.span = span
    }
}

/// One request, what must come back, and what is kept of it.
package struct Request: Sendable {
    package let method: String
    package let path: Template
    package let service: String?
    package let headers: [(name: String, value: Template)]
    package let body: Body?
    package let sign: [Signature]
    package let expectation: Expectation
    package let keep: [(name: Located<String>, path: JSONPath)]
    /// From the step's beginning; without it the target's.
    package let timeout: TimeSpan?
    package let condition: Condition?

    package init(
        method: String, path: Template, service: String?, headers: [(name: String, value: Template)], body: Body?,
        sign: [Signature], expectation: Expectation, keep: [(name: Located<String>, path: JSONPath)],
        timeout: TimeSpan?, condition: Condition?
    ) {
        self.method = method
        self.path = path
        self.service = service
        self.headers = headers
        self.body = body
        self.sign = sign
        self.expectation = expectation
        self.keep = keep
        self.timeout = timeout
        self.condition = condition
    }
}

package enum Body: Sendable {
    case json(JSONTemplate)
    case form([(name: String, value: Template)])
    case text(Template)
}

/// A header made from other parts of the request.
package struct Signature: Sendable {
    package enum Method: String, Sendable, CaseIterable {
        case hmacSHA256 = "hmac-sha256"
        case md5Sorted = "md5-sorted"
        case sha256
    }

    package let header: String
    package let method: Method
    package let key: Template?
    /// May refer to `request.method`, `request.path` and `request.body`.
    package let over: Template

    package init(header: String, method: Method, key: Template?, over: Template) {
        self.header = header
        self.method = method
        self.key = key
        self.over = over
    }
}

/// What a response must be; what is left out is not looked at.
package struct Expectation: Sendable {
    /// Empty for any from 200 to 299.
    package let statuses: [Int]
    package let headers: [(name: String, value: String)]
    /// Each path must lead to one of its values.
    package let json: [(path: JSONPath, values: [JSONScalar])]
    /// A regular expression that must match somewhere in the body.
    package let body: String?

    package init(
        statuses: [Int], headers: [(name: String, value: String)], json: [(path: JSONPath, values: [JSONScalar])],
        body: String?
    ) {
        self.statuses = statuses
        self.headers = headers
        self.json = json
        self.body = body
    }
}

package enum JSONScalar: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case text(String)
}

/// The step is left out unless the kept value is one of these.
package struct Condition: Sendable {
    package let name: Located<String>
    package let values: [JSONScalar]

    package init(name: Located<String>, values: [JSONScalar]) {
        self.name = name
        self.values = values
    }
}

/// The journey goes on when the stack reports an event.
package struct WebhookWait: Sendable {
    package let event: String
    package let within: TimeSpan
    /// What the webhook must be about; without it, the webhook address of this journey.
    package let match: Template?

    package init(event: String, within: TimeSpan, match: Template?) {
        self.event = event
        self.within = within
        self.match = match
    }
}

/// A request repeated until its expectation holds.
package struct Poll: Sendable {
    package let request: Request
    package let every: TimeSpan
    package let within: TimeSpan

    package init(request: Request, every: TimeSpan, within: TimeSpan) {
        self.request = request
        self.every = every
        self.within = within
    }
}

/// Which statuses are no errors, or not known ones.
package struct Classification: Sendable {
    package let shed: [Int]
    package let declined: [Int]
    package let unknown: [Int]

    package init(shed: [Int], declined: [Int], unknown: [Int]) {
        self.shed = shed
        self.declined = declined
        self.unknown = unknown
    }
}
