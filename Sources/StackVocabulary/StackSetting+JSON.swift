// Goal: the same setting on both sides of a process, and in a report that somebody reads years later.
// Method: one table of fields, each written and read by its own entry, so that what is written can be read. Spans are
// milliseconds with the decimals that their nanoseconds need. What is absent in a setting is absent in its JSON.
//
//     handed over    every field must be there, no other may be, and each must be within its bounds
//     stored         fields of later versions are passed over, those that an earlier one had not are the defaults
//
// Not here: the store, which belongs to one start (`StackOrder` of the payment stack).

package import JSON
import Timebase

extension StackSetting {
    package var json: JSONValue {
        .present(Self.fields.map { ($0.name, $0.write(self)) })
    }

    /// One that was handed over by the same version.
    package init(handedOver json: JSONValue) throws(JSONPlace.Fault) {
        try self.init(JSONPlace(json), isStrict: true)
    }

    /// One of a report.
    package init(stored place: JSONPlace) throws(JSONPlace.Fault) {
        try self.init(place, isStrict: false)
    }

    private init(_ place: JSONPlace, isStrict: Bool) throws(JSONPlace.Fault) {
        self.init()
        try place.read(Self.fields, into: &self, isStrict: isStrict)
    }

    private static var fields: [Field<StackSetting>] {
        [
            .count("cores", \.cores, StackBounds.cores),
            .optionalPart("service", \.service, ServiceCosts.fields, from: ServiceCosts(pay: .milliseconds(1))),
            .count("merchants", \.merchants, StackBounds.merchants),
            .optionalNumber("merchant_rate_per_s", \.merchantRate, StackBounds.rate),
            .count("queue_max", \.queueMax, StackBounds.queue),
            .span("queue_age_max_ms", \.queueAgeMax, StackBounds.wait),
            .span("deadline_ms", \.deadline, StackBounds.wait),
            .span("bank_timeout_ms", \.bankTimeout, StackBounds.wait),
            .count("bank_connections", \.bankConnections, StackBounds.bankConnections),
            .count("bank_pipeline", \.bankPipeline, StackBounds.bankPipeline),
            .part("breaker", \.breaker, BreakerSetting.fields),
            .part("query", \.query, QuerySetting.fields),
            .part("notify", \.notify, NotifySetting.fields),
            .amount("amount_max", \.amountMax),
            .word("isolation", \.isolation),
            .defects("defects", \.defects),
        ]
    }
}

extension ServiceCosts {
    fileprivate static var fields: [Field<ServiceCosts>] {
        [
            .span("pay_ms", \.pay, StackBounds.service), .span("settle_ms", \.settle, .zero ... .seconds(10)),
            .span("refund_ms", \.refund, .zero ... .seconds(10)), .span("query_ms", \.query, .zero ... .seconds(10)),
            .span("cashier_ms", \.cashier, .zero ... .seconds(10)),
            .span("report_ms", \.report, .zero ... .seconds(10)), .span("refuse_ms", \.refuse, .zero ... .seconds(10)),
        ]
    }
}

extension BreakerSetting {
    fileprivate static var fields: [Field<BreakerSetting>] {
        [
            .number("failure_share", \.failureShare, 0.000_001...1), .span("window_ms", \.window, StackBounds.wait),
            .count("calls_min", \.callsMin, StackBounds.breakerCalls),
            .span("open_for_ms", \.openFor, StackBounds.wait), .count("probes", \.probes, StackBounds.breakerProbes),
        ]
    }
}

extension QuerySetting {
    fileprivate static var fields: [Field<QuerySetting>] {
        [
            .span("first_ms", \.first, StackBounds.wait),
            .count("per_payment_max", \.perPaymentMax, StackBounds.queries),
            .number("rate_per_s", \.rate, StackBounds.rate),
        ]
    }
}

extension NotifySetting {
    fileprivate static var fields: [Field<NotifySetting>] {
        [
            .count("attempts_max", \.attemptsMax, StackBounds.notifyAttempts),
            .span("first_wait_ms", \.firstWait, StackBounds.wait), .span("timeout_ms", \.timeout, StackBounds.wait),
            .count("under_way_max", \.underWayMax, StackBounds.notifyUnderWay),
        ]
    }
}

/// One member of an object: how it is written, and how it is read.
private struct Field<Whole> {
    let name: String
    var mayBeAbsent = false
    /// Nil where there is nothing to say.
    let write: (Whole) -> JSONValue?
    let read: (inout Whole, JSONPlace, _ isStrict: Bool) throws(JSONPlace.Fault) -> Void

    static func count(_ name: String, _ path: WritableKeyPath<Whole, Int>, _ range: ClosedRange<Int>) -> Field {
        Field(name: name, write: { .count($0[keyPath: path]) }) { whole, place, _ throws(JSONPlace.Fault) in
            whole[keyPath: path] = try place.within(range)
        }
    }

    static func amount(_ name: String, _ path: WritableKeyPath<Whole, Int64>) -> Field {
        Field(name: name, write: { .integer($0[keyPath: path]) }) { whole, place, _ throws(JSONPlace.Fault) in
            whole[keyPath: path] = Int64(try place.within(StackBounds.amount))
        }
    }

    static func number(
        _ name: String, _ path: WritableKeyPath<Whole, Double>, _ range: ClosedRange<Double>
    ) -> Field {
        Field(name: name, write: { .number($0[keyPath: path]) }) { whole, place, _ throws(JSONPlace.Fault) in
            whole[keyPath: path] = try place.within(range)
        }
    }

    static func optionalNumber(
        _ name: String, _ path: WritableKeyPath<Whole, Double?>, _ range: ClosedRange<Double>
    ) -> Field {
        Field(name: name, mayBeAbsent: true, write: { $0[keyPath: path].map(JSONValue.number) }) {
            whole, place, _ throws(JSONPlace.Fault) in whole[keyPath: path] = try place.within(range)
        }
    }

    static func span(
        _ name: String, _ path: WritableKeyPath<Whole, TimeSpan>, _ range: ClosedRange<TimeSpan>
    ) -> Field {
        Field(name: name, write: { .number(Double($0[keyPath: path].nanoseconds) / 1e6) }) {
            whole, place, _ throws(JSONPlace.Fault) in
            let milliseconds = try place.double()
            guard abs(milliseconds) < 9e12,
                case let span = TimeSpan(nanoseconds: Int64((milliseconds * 1e6).rounded())),
                range.contains(span)
            else { throw place.expected("a time in milliseconds, from \(range.lowerBound) to \(range.upperBound)") }
            whole[keyPath: path] = span
        }
    }

    static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ path: WritableKeyPath<Whole, Word>
    ) -> Field {
        Field(name: name, write: { .text($0[keyPath: path].rawValue) }) { whole, place, _ throws(JSONPlace.Fault) in
            guard let word = Word(rawValue: try place.string()) else {
                throw place.expected("one of " + Word.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
            }
            whole[keyPath: path] = word
        }
    }

    static func defects(_ name: String, _ path: WritableKeyPath<Whole, DefectSwitches>) -> Field {
        Field(name: name, write: { whole in .texts(whole[keyPath: path].inOrder.map(\.name)) }) {
            whole, place, isStrict throws(JSONPlace.Fault) in
            var planted: [Defect] = []
            for element in try place.elements() {
                if let defect = Defect(name: try element.string()) {
                    planted.append(defect)
                } else if isStrict {
                    throw element.fault("there is no '\(try element.string())'")
                }
            }
            whole[keyPath: path] = DefectSwitches(planted)
        }
    }

    static func part<Part>(
        _ name: String, _ path: WritableKeyPath<Whole, Part>, _ fields: [Field<Part>]
    ) -> Field {
        Field(name: name, write: { whole in .present(fields.map { ($0.name, $0.write(whole[keyPath: path])) }) }) {
            whole, place, isStrict throws(JSONPlace.Fault) in
            try place.read(fields, into: &whole[keyPath: path], isStrict: isStrict)
        }
    }

    static func optionalPart<Part>(
        _ name: String, _ path: WritableKeyPath<Whole, Part?>, _ fields: [Field<Part>], from standard: Part
    ) -> Field {
        Field(
            name: name, mayBeAbsent: true,
            write: { whole in
                whole[keyPath: path].map { part in .present(fields.map { ($0.name, $0.write(part)) }) }
            }
        ) { whole, place, isStrict throws(JSONPlace.Fault) in
            var part = standard
            try place.read(fields, into: &part, isStrict: isStrict)
            whole[keyPath: path] = part
        }
    }
}

extension JSONPlace {
    fileprivate func read<Whole>(_ fields: [Field<Whole>], into whole: inout Whole, isStrict: Bool) throws(Fault) {
        guard let members = value.members else { throw expected("an object") }
        if isStrict, let stranger = members.first(where: { member in !fields.contains { $0.name == member.0 } }) {
            throw fault("'\(stranger.0)' is not known")
        }
        for field in fields {
            if let place = try optional(field.name) {
                try field.read(&whole, place, isStrict)
            } else if isStrict, !field.mayBeAbsent {
                throw fault("'\(field.name)' is missing")
            }
        }
    }

    fileprivate func within(_ range: ClosedRange<Int>) throws(Fault) -> Int {
        guard let number = value.int, range.contains(number) else {
            throw expected("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    fileprivate func within(_ range: ClosedRange<Double>) throws(Fault) -> Double {
        guard let number = value.double, range.contains(number) else {
            throw expected("a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
