import ChannelProfile
import JSON

/// The pages of `docs/reference`, from the grammar that reads plans and mock profiles.
package enum PlanReference {
    package static func text(of document: Document) -> String {
        switch document {
        case .plan: text(of: PlanGrammar.shape.form, behind: planIntroduction)
        case .profile: text(of: ProfileGrammar.shape.form, behind: profileIntroduction) + "\n" + presets
        }
    }

    private static func text(of form: Form, behind introduction: String) -> String {
        var sections: [RecordForm] = []
        collect(form, &sections)
        var listed: [String] = []
        return introduction + sections.map { section($0, &listed) }.joined(separator: "\n")
    }

    private static let planIntroduction = """
        # The language of plans

        A plan is YAML 1.2. This page is written by the grammar that reads plans; `spillway schema` prints the same as a
        JSON Schema for editors, and `spillway check PLAN` says what is wrong with a plan. A whole one to begin with is
        [plans/flash-sale.yaml](../../plans/flash-sale.yaml). The banks behind a stack have
        [a language of their own](profile.md).

        - `no`, `on`, `1_000` and `0b1` are text; `true`, `null`, `0x1F` and `0o7` are what they look like.
        - A key that stands twice, a merge key (`<<`), a tag and a second document are mistakes.
        - Text that begins with `@`, an IPv6 address in brackets, and `${...}` between braces need quotes.
        - Durations are `250ms`, `10s`, `5m`, `2h`; rates `200/s`, `12000/min`; ratios `5%`; factors `1.2x`; sizes `64KiB`;
          instants `60s`, `"@stage"`, `"@stage+5s"`.
        - Distributions are a single value, `uniform min=1s max=3s`, `exponential 2s`, `normal mean=1s sd=200ms`, or
          `lognormal p50=35ms p99=250ms max=10s` (`max` may be left out).
        - A template holds references: `${amount}` and `${card.token}` of `data`, what an earlier step kept, `${recent.NAME}` (kept
          by any journey), `${id}`, `${uuid}`, `${seq}`, `${now}`, `${webhook}`, `${run.id}`, `${run.seed}`,
          `${run.plan}`, `${shadow.token}`, `${env.NAME}`. `$${` is the text `${`. Plans are stored unresolved.
        - `--set path=value` replaces a value: `--set target.connections=64`, `--set traffic.baseline.rate=500/s`. In a list a
          number chooses, counted from 0, or the name of a stage.

        """

    private static let profileIntroduction = """
        # The language of mock profiles

        A mock profile says what the banks of a drill are like on a good day, and what goes wrong with them when. It is YAML
        1.2. This page is written by the grammar that reads profiles; `spillway schema profile` prints the same as a JSON
        Schema for editors, and `spillway check PROFILE` says what is wrong with a profile. Whole ones to begin with stand in
        [mocks](../../mocks/README.md). A plan names its profile with `channels`, and its `faults` add to the profile's.

        - Scalars, quotes, durations, rates, ratios, factors and distributions are written as [in plans](plan.md). A profile has no stages: its instants, as `60s`, count from the begin of its banks.
        - A distribution is of the work itself. What a request waits for a place to be worked on (`capacity`) comes on top.
        - What the presets of `idempotency` do stands in [a page of its own](../idempotency-presets.md), and so does
          [the form of a statement](../formats/statement.md).
        - `--set path=value` replaces a value: `--set channels.icbc.latency=5ms`.

        """

    private static let presets: String = {
        let rows = RetryPreset.allCases.map { preset in
            let remark =
                preset.isDocumented ? "" : " (says only how long it goes on: the waits are a default, calibrate)"
            return "| `\(preset.rawValue)` | \(preset.schedule) | <\(preset.source)>\(remark) |"
        }
        let lines = [
            "## Presets of retries", "", "What `callback.retries` can name: waits between the attempts.", "",
            "| preset | waits | where they are documented |", "|---|---|---|",
        ]
        return (lines + rows).joined(separator: "\n") + "\n"
    }()

    /// In the order in which a reader of the plan meets them.
    private static func collect(_ form: Form, _ sections: inout [RecordForm]) {
        switch form {
        case .record(let record):
            guard !sections.contains(where: { $0.title == record.title }) else { return }
            sections.append(record)
            for key in record.keys { collect(key.form, &sections) }
        case .list(let inner, _), .oneOrMany(let inner), .names(let inner): collect(inner, &sections)
        case .either(let forms): for form in forms { collect(form, &sections) }
        case .variants(_, let variants): for variant in variants { collect(variant.form, &sections) }
        case .text, .boolean, .integer, .number, .phrase, .choice, .json: break
        }
    }

    private static func section(_ record: RecordForm, _ listed: inout [String]) -> String {
        var lines = [
            "", "## \(record.title)", "", record.about, "", "| key | value | default | |", "|---|---|---|---|",
        ]
        for key in record.keys {
            let cells = ["`\(key.name)`", value(key.form), presence(key.presence), key.about]
            lines.append("| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |")
        }
        for key in record.keys { lines += variants(of: key.form, &listed) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Once on the page, however many keys hold them.
    private static func variants(of form: Form, _ listed: inout [String]) -> [String] {
        switch form {
        case .list(let inner, _): return variants(of: inner, &listed)
        case .variants(let noun, let variants):
            guard !listed.contains(noun) else { return [] }
            listed.append(noun)
            let rows = variants.map { "- `\($0.name)`: \($0.about) (\(value($0.form)))" }
            return ["", "What \(noun) can be:", ""] + rows
        default: return []
        }
    }

    private static func presence(_ presence: KeyForm.Presence) -> String {
        switch presence {
        case .required: "**required**"
        case .optional: ""
        case .defaulted(let text): "`\(text)`"
        }
    }

    private static func value(_ form: Form) -> String {
        switch form {
        case .text: return "text"
        case .boolean: return "`true` or `false`"
        case .integer(let range):
            return range.upperBound == .max
                ? "whole number from \(range.lowerBound)" : "whole number \(range.lowerBound) to \(range.upperBound)"
        case .number(let range):
            let isOpen = range.upperBound >= 1e300
            return isOpen
                ? "number"
                : "number \(JSONValue.number(range.lowerBound).written()) to \(JSONValue.number(range.upperBound).written())"
        case .phrase(let kind, _, let examples, _):
            return "\(kind): " + examples.map { "`\($0)`" }.joined(separator: ", ")
        case .choice(let words): return words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element, _): return "list of \(value(element))"
        case .oneOrMany(let element): return "one or a list of: \(value(element))"
        case .names(let element): return "mapping of names to \(value(element))"
        case .record(let record): return "[\(record.title)](#\(anchor(record.title)))"
        case .variants(let noun, _): return "\(noun) each"
        case .either(let forms): return forms.map(value).joined(separator: ", or ")
        case .json(let hasTemplates): return hasTemplates ? "any JSON, with templates in its texts" : "any JSON"
        }
    }

    /// As the usual renderers of Markdown make them.
    private static func anchor(_ title: String) -> String {
        title.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }.replacing(" ", with: "-")
    }
}
