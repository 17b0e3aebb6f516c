import Diagnostics
import Evidence
import JSON
import LoadDriver
import Numerals
import Timebase

/// How the parts of a run are told to its page. Texts are cut and masked as in the report, what could hide in them or turn
/// their direction is written out, and the page puts them in as text.
enum LiveText {
    static let textMax = 300
    static let guardsMax = 50
    static let stagesMax = 200

    static func text(_ text: String) -> JSONValue {
        let shown = shown(text)
        return .text(shown.count > textMax ? shown.prefix(textMax) + "…" : shown)
    }

    /// A break between lines is a space, as a page shows it.
    static func shown(_ text: String) -> String {
        String(CardMask.masked(text).map { $0 == "\n" || $0 == "\r\n" || $0 == "\r" ? " " : $0 }).harmless
    }

    /// Three decimals are enough for eyes, and short.
    static func number(_ value: Double?) -> JSONValue {
        guard let value, value.isFinite else { return .null }
        let scaled = value * 1_000
        return .number(abs(scaled) < 1e15 ? scaled.rounded() / 1_000 : value)
    }

    static func seconds(_ span: TimeSpan) -> JSONValue { number(span.seconds) }

    static func milliseconds(_ span: TimeSpan?) -> JSONValue { number(span.map(LiveFigures.milliseconds)) }
}

extension LiveColumn {
    /// `[from, to, values…]`
    var json: JSONValue { .array([.integer(from), .integer(to)] + values.map { LiveText.number($0) }) }
}

extension LiveField {
    var json: JSONValue { .object([("name", .text(name)), ("merge", .text(merging.rawValue))]) }
}

extension LiveChart {
    var json: JSONValue {
        .object([
            ("id", .text(id)), ("title", LiveText.text(title)), ("caption", .text(caption)),
            ("shape", .text(shape.rawValue)), ("log", .boolean(isLogarithmic)), ("rate", .boolean(isRate)),
            ("unit", .text(unit)), ("series", .array(series.map(\.json))),
        ])
    }
}

extension LiveChart.Series {
    fileprivate var json: JSONValue {
        .object([
            ("field", .text(field)), ("name", LiveText.text(name)), ("look", .text(look)),
            ("dashed", .boolean(isDashed)),
        ])
    }
}

extension LiveRun {
    var json: JSONValue {
        let identity = record.identity
        return .object([
            ("id", .text(identity.runID)), ("plan", LiveText.text(identity.plan)),
            ("about", identity.about.map { LiveText.text($0) } ?? .null), ("seed", .text("\(identity.seed)")),
            ("version", .text(identity.version)),
            ("targets", .array(identity.targets.prefix(LiveText.stagesMax).map { LiveText.text($0) })),
            ("banks", .array(banks.map { LiveText.text($0) })),
            (
                "stages",
                .array(
                    record.stages.prefix(LiveText.stagesMax).map { stage in
                        .object([
                            ("name", LiveText.text(stage.name)), ("from_s", LiveText.seconds(stage.span.lowerBound)),
                            ("to_s", LiveText.seconds(stage.span.upperBound)),
                            ("counts", .boolean(stage.countsForVerdicts)),
                        ])
                    })
            ),
        ])
    }
}

extension DriverSecond {
    var json: JSONValue {
        .object([
            ("at_s", LiveText.seconds(span.upperBound)),
            ("span_s", LiveText.seconds(span.upperBound - span.lowerBound)),
            ("elapsed_s", LiveText.seconds(progress.elapsed)),
            ("length_s", LiveText.seconds(progress.length)), ("stage", .count(progress.stage)),
            ("stage_name", LiveText.text(progress.stageName)), ("offered", LiveText.number(progress.offered)),
            ("started", .count(started)), ("good", .count(good)), ("shed", .count(outcomes[.shed])),
            ("errors", .count(outcomes.errors)), ("steps", .count(outcomes.total)), ("dropped", .count(dropped)),
            ("p50_ms", LiveText.milliseconds(corrected.p50)), ("p99_ms", LiveText.milliseconds(corrected.p99)),
            ("lag_max_ms", LiveText.milliseconds(lagMax)), ("in_flight", .count(progress.inFlight)),
            ("rate_factor", LiveText.number(progress.rateFactor)), ("paused", .boolean(progress.isPaused)),
            ("money_violations", .count(progress.moneyViolations)),
            (
                "totals",
                .object([
                    ("due", .count(totals.due)), ("started", .count(totals.started - totals.skipped)),
                    ("good", .count(totals.good)), ("dropped", .count(totals.dropped)),
                    ("skipped", .count(totals.skipped)), ("errors", .count(progress.errors)),
                    ("shed", .count(progress.shed)),
                ])
            ),
        ])
    }
}

extension GuardReading {
    var json: JSONValue {
        .object([
            ("text", LiveText.text(text)), ("value", .optional(value.map { words($0) })),
            ("limit", .text(words(limit))),
            ("nearness", LiveText.number(nearness)), ("held_s", .count(heldSeconds)), ("trip_s", .count(tripSeconds)),
        ])
    }

    private func words(_ value: Double) -> String {
        switch unit {
        case .ratio: Figures.percent(value)
        case .nanoseconds: Figures.span(nanoseconds: UInt64(max(0, min(value, 1e18))))
        case .count: abs(value) < 1e15 ? Figures.threeDigits(value) : "\(value)"
        }
    }

    /// Of the way to the limit: 1 is there, 0 where the two have no ratio (zero, or on both sides of it). Nil where
    /// nothing was seen.
    var nearness: Double? {
        guard let value else { return nil }
        let (low, high) = isAbove ? (value, limit) : (limit, value)
        if low > high { return 1 }
        return low > 0 ? low / high : high < 0 ? high / low : 0
    }
}

extension FaultRecord {
    var json: JSONValue {
        .object([
            ("channel", LiveText.text(channel)), ("what", LiveText.text(what)),
            ("from_s", LiveText.seconds(span.lowerBound)), ("to_s", LiveText.seconds(span.upperBound)),
        ])
    }
}

extension RunEvent {
    var json: JSONValue {
        .object([("at_s", LiveText.seconds(at)), ("kind", .text(kind.rawValue)), ("text", LiveText.text(text))])
    }
}

extension LiveEnding {
    var json: JSONValue {
        .object([
            ("verdict", .text(verdict)), ("headline", LiveText.text(headline)), ("exit_code", .count(exitCode)),
            ("report", report.map { LiveText.text($0) } ?? .null), ("has_next", .boolean(hasNext)),
            (
                "judgements",
                .array(
                    judgements.prefix(Self.judgementsMax).map { judgement in
                        .object([
                            ("name", LiveText.text(judgement.name)), ("status", .text(judgement.status)),
                            ("claim", LiveText.text(judgement.claim)), ("observed", LiveText.text(judgement.observed)),
                        ])
                    })
            ),
            ("judgements_left_out", .count(max(0, judgements.count - Self.judgementsMax))),
        ])
    }
}
