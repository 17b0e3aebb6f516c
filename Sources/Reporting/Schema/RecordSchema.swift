import Evidence
import JSON
import StackVocabulary

/// The part of the schema that docs/formats/run-record.md describes, in its order.
enum RecordSchema {
    static let parts: [(String, SchemaForm)] =
        [("run", run), ("identity", identity)] + stackParts + courseParts + generatorParts + restParts

    private static let run = SchemaForm.object([
        ("version", .constant(.count(RunRecord.version))), ("identity", .named("identity")),
        ("stack?", .named("stack")), ("snapshots?", .list(.named("snapshot"))), ("egress?", .list(.named("egress"))),
        ("ending", .named("ending")), ("slice_ms", .time), ("steps", .list(.named("step"))),
        ("stages", .list(.named("stage"))), ("slices", .list(.named("slice"))), ("generator", .named("generator")),
        ("observed", .list(.named("series"))), ("events", .list(.named("event"))), ("drain?", .named("drain")),
        ("watch?", .named("watch")), ("faults?", .list(.named("fault"))), ("channels?", .list(.named("flow"))),
        ("groups?", .list(.named("group"))),
    ])

    private static let identity = SchemaForm.object([
        ("run_id", .text), ("plan", .text), ("about?", .text), ("plan_digest", .text), ("seed", .digits),
        ("version", .text), ("targets", .list(.text)), ("allowed", .list(.text)), ("permitted", .list(.text)),
        ("world?", .words(RunWorld.allCases.map(\.rawValue))),
    ])

    // MARK: The stack, and who was contacted

    private static let stackParts: [(String, SchemaForm)] = [
        (
            "stack",
            .object([
                ("planted", .list(.object([("name", .text), ("wrong", .text), ("caught_by", .text)]))),
                ("store", .words(StackStore.allCases.map(\.rawValue))), ("front", .text), ("metrics", .text),
                ("operator", .text), ("exports", .text), ("setting", .named("setting")),
            ])
        ),
        (
            "setting",
            .object([
                ("cores", .count), ("service?", .named("service")), ("merchants", .count),
                ("merchant_rate_per_s?", .number), ("queue_max", .count), ("queue_age_max_ms", .time),
                ("deadline_ms", .time), ("bank_timeout_ms", .time), ("bank_connections", .count),
                ("bank_pipeline", .count), ("breaker", .named("breaker")), ("query", .named("query")),
                ("notify", .named("notify")), ("amount_max", .count), ("isolation", .words(["tables", "databases"])),
                ("defects", .list(.text)),
            ])
        ),
        (
            "service",
            .object(
                ["pay", "settle", "refund", "query", "cashier", "report", "refuse"].map { ("\($0)_ms", .time) })
        ),
        (
            "breaker",
            .object([
                ("failure_share", .number), ("window_ms", .time), ("calls_min", .count), ("open_for_ms", .time),
                ("probes", .count),
            ])
        ),
        ("query", .object([("first_ms", .time), ("per_payment_max", .count), ("rate_per_s", .number)])),
        (
            "notify",
            .object([
                ("attempts_max", .count), ("first_wait_ms", .time), ("timeout_ms", .time), ("under_way_max", .count),
            ])
        ),
        (
            "snapshot",
            .object([
                ("moment", .words(StoreSnapshot.Moment.allCases.map(\.rawValue))), ("live", .named("store")),
                ("shadow", .named("store")),
            ])
        ),
        ("store", .object([("rows", .map(.count)), ("watermark", .count)])),
        (
            "egress",
            .object([
                ("by", .words(EgressRecord.Party.allCases.map(\.rawValue))), ("origin", .text), ("purpose", .text),
                ("requests?", .count),
            ])
        ),
    ]

    // MARK: The course of the run

    private static func ending(_ kind: String, _ members: [(String, SchemaForm)]) -> SchemaForm {
        .object([("kind", .constant(.text(kind)))] + members)
    }

    private static let courseParts: [(String, SchemaForm)] = [
        (
            "ending",
            .either([
                ending("completed", []), ending("aborted", [("at_ms", .time), ("guard", .text)]),
                ending("interrupted", [("at_ms", .time), ("signal", .whole)]),
                ending("failed", [("at_ms", .time), ("reason", .text)]),
            ])
        ),
        (
            "step",
            .object([
                ("journey", .text), ("title", .text), ("priority", .text), ("is_first", .boolean),
                ("is_request", .boolean),
            ])
        ),
        (
            "stage",
            .object([
                ("name", .text), ("kind", .text), ("from_ms", .time), ("to_ms", .time),
                ("counts_for_verdicts", .boolean), ("scheduled?", .count), ("cells", .list(.named("cell"))),
            ])
        ),
        (
            "slice",
            .object([
                ("scheduled", .count), ("started", .count), ("dropped", .count), ("skipped", .count),
                ("lag_p99_ms", .time), ("lag_max_ms", .time), ("in_flight_mean", .number), ("in_flight_max", .count),
                ("residence_ms", .time), ("cells", .list(.named("cell"))),
            ])
        ),
        (
            "cell",
            .object([
                ("step", .count), ("outcomes", .map(.count, keys: Outcome.allCases.map(\.name))),
                ("corrected?", .named("histogram")), ("raw?", .named("histogram")), ("shed?", .named("histogram")),
                ("advised?", .count),
            ])
        ),
        (
            "histogram",
            .object([
                ("count", .count), ("p50_ms", .time), ("p90_ms", .time), ("p99_ms", .time), ("p99_9_ms", .time),
                ("max_ms", .time), ("hdr", .base64),
            ])
        ),
    ]

    // MARK: The generator

    private static let generatorParts: [(String, SchemaForm)] = [
        (
            "generator",
            .object([
                ("lag", .list(.orNull(.named("histogram")))), ("gaps", .named("gaps")), ("pool_waits", .count),
                ("pool_waited_ms", .time), ("pool_starved", .count), ("descriptors_missing?", .count),
                ("connections_opened", .count), ("connections_max", .count), ("evidence_records", .count),
                ("arrivals_cut?", .count), ("is_changed_by_hand", .boolean), ("control?", .named("control")),
            ])
        ),
        (
            "gaps",
            .object([
                ("count", .count), ("sum_ms", .time), ("longest_ms", .time),
                ("listed", .list(.object([("at_ms", .time), ("length_ms", .time)]))),
            ])
        ),
        (
            "control",
            .object([
                ("arrivals", .count), ("sent", .count), ("ok", .count), ("other", .count), ("left_out", .count),
            ])
        ),
    ]

    // MARK: What was seen beside it

    private static let restParts: [(String, SchemaForm)] = [
        ("series", .object([("name", .text), ("every_ms", .time), ("values", .list(.orNull(.number)))])),
        ("event", .object([("at_ms", .time), ("kind", .text), ("text", .text)])),
        (
            "drain",
            .object([
                ("budget_ms", .time), ("took_ms", .time), ("end", .words(["quiet", "budget", "cut"])),
                ("reason?", .text),
                ("left", .list(.object([("place", .text), ("name", .text), ("count", .whole)]))),
                ("unknown?", .named("unknown")),
            ])
        ),
        (
            "unknown",
            .object([
                ("at_first", .whole), ("by_query", .whole), ("by_callback", .whole), ("by_statement", .whole),
                ("by_answer", .whole), ("left", .whole), ("oldest_ms?", .time), ("records", .list(.text)),
            ])
        ),
        (
            "watch",
            .object([
                ("looks", .count), ("rows", .count), ("watermark", .whole), ("behind", .count), ("failed", .count),
                ("violations", .map(.count)),
            ])
        ),
        ("fault", .object([("channel", .text), ("what", .text), ("from_ms", .time), ("to_ms", .time)])),
        (
            "flow",
            .object([
                ("channel", .text), ("writes", .list(.count)), ("firsts", .list(.count)), ("queries", .list(.count)),
                ("failed", .list(.count)), ("late", .list(.count)),
                ("admitted?", .list(.orNull(.named("histogram")))),
            ])
        ),
        (
            "group",
            .object([("by", .text), ("stage", .count), ("members", .list(.list(.count, count: 4)))])
        ),
    ]
}
