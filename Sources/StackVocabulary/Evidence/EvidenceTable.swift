/// What a stack or a bank can say of itself to an audit: tables, their columns, and the words that stand in them.
///
/// Goal: one place says what a source of evidence can fill. The plan's section `evidence`, the readers of foreign files
/// and the tables that an audit asks are all made from it.
///
/// Method: a table is a list of columns in a fixed order, which is the order of a row's values everywhere. Ids are
/// texts, whatever a stack makes them of; amounts are in minor units; times are milliseconds since 1970.
///
/// What it does not do: it says nothing of what the driver saw, nor of keys, indices and checks.
package enum EvidenceTable: String, Sendable, CaseIterable {
    case payments, refunds, attempts, journal, balances, notifications, statement

    package var name: String { rawValue }

    /// What one row of it is.
    package var about: String {
        switch self {
        case .payments: "the stack's payments, as they stand"
        case .refunds: "the stack's refunds, as they stand"
        case .attempts: "the stack's calls to banks"
        case .journal: "lines of the stack's books, debits below zero"
        case .balances: "what the stack's accounts hold"
        case .notifications: "what the stack told merchants, or was to tell"
        case .statement: "what a bank says that happened"
        }
    }

    package var columns: [Column] {
        switch self {
        case .payments: Self.paymentColumns
        case .refunds: Self.refundColumns
        case .attempts: Self.attemptColumns
        case .journal: Self.journalColumns
        case .balances: Self.balanceColumns
        case .notifications: Self.notificationColumns
        case .statement: Self.statementColumns
        }
    }

    package func place(of column: String) -> Int? { columns.firstIndex { $0.name == column } }
}

extension EvidenceTable {
    package struct Column: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            case text
            case integer
            /// Minor units of the row's currency.
            case amount
            /// Milliseconds since 1970.
            case time
            /// One of these.
            case word([String])
        }

        package let name: String
        package let kind: Kind
        package let about: String
        /// Every row has a value; otherwise a row may have none.
        package let isRequired: Bool
        /// What stands where a source says nothing of the column at all, or has no value in a row.
        package let fallback: String?

        package var words: [String] { if case .word(let words) = kind { words } else { [] } }

        fileprivate static func required(_ name: String, _ kind: Kind, _ about: String) -> Column {
            Column(name: name, kind: kind, about: about, isRequired: true, fallback: nil)
        }

        fileprivate static func optional(_ name: String, _ kind: Kind, _ about: String) -> Column {
            Column(name: name, kind: kind, about: about, isRequired: false, fallback: nil)
        }

        fileprivate static let namespace = Column(
            name: "namespace", kind: .word([Namespace.live.name, Namespace.shadow.name]),
            about: "whether it belongs to real traffic or to a drill's", isRequired: false,
            fallback: Namespace.shadow.name)
    }

    private static let paymentColumns: [Column] = [
        .required("id", .text, "the payment's own name, unique"),
        .optional("key", .text, "the idempotency key that it was made with"),
        .optional("merchant", .text, "whom it is for"),
        .required("currency", .text, "three letters of ISO 4217"),
        .required("amount", .amount, "what was asked for"),
        .required("state", .word(PaymentState.allCases.map(\.name)), "where it stands"),
        .optional("version", .integer, "how often it changed"),
        .optional("channel", .text, "the bank that it went to"),
        .optional("captured", .amount, "what was taken"),
        .optional("refunded", .amount, "what was given back"),
        .optional("refund_pending", .amount, "what is being given back"),
        .optional("created_ms", .time, "when it was made"),
        .optional("changed_ms", .time, "when it changed last"),
        .namespace,
    ]

    private static let refundColumns: [Column] = [
        .required("id", .text, "the refund's own name, unique"),
        .required("payment", .text, "the id of the payment that it is of"),
        .optional("key", .text, "the idempotency key that it was made with"),
        .required("currency", .text, "three letters of ISO 4217"),
        .required("amount", .amount, "what is given back"),
        .required("state", .word(["pending", "unknown", "refunded", "failed"]), "where it stands"),
        .optional("version", .integer, "how often it changed"),
        .optional("created_ms", .time, "when it was made"),
        .optional("changed_ms", .time, "when it changed last"),
        .namespace,
    ]

    private static let attemptColumns: [Column] = [
        .required("reference", .text, "the name that the bank was given for it"),
        .required("record", .text, "the id of the payment or refund that it is for"),
        .required("channel", .text, "the bank that was called"),
        .required("outcome", .word(["approved", "declined", "pending", "unknown", "refused"]), "what came of it"),
        .optional("sends", .integer, "how often it was sent"),
        .optional("sent_ms", .time, "when it was sent first"),
        .optional("ended_ms", .time, "when its outcome was known"),
        .namespace,
    ]

    private static let journalColumns: [Column] = [
        .required("number", .integer, "of the line, from 1, unique"),
        .required("change", .text, "what the lines that belong together have in common; their amounts sum to 0"),
        .optional("record", .text, "the id of the payment or refund that it is for"),
        .required("account", .text, "whose money"),
        .required("currency", .text, "three letters of ISO 4217"),
        .required("amount", .amount, "what it adds to the account"),
        .optional("at_ms", .time, "when it was written"),
        .namespace,
    ]

    private static let balanceColumns: [Column] = [
        .required("account", .text, "whose money"),
        .required("currency", .text, "three letters of ISO 4217"),
        .required("amount", .amount, "what the account holds"),
        .namespace,
    ]

    private static let notificationColumns: [Column] = [
        .required("record", .text, "the id of the payment or refund that it tells of"),
        .optional("version", .integer, "of the payment or refund that it tells of"),
        .required("state", .word(["waiting", "delivered", "given_up"]), "how far it came"),
        .optional("attempts", .integer, "how often it was sent"),
        .optional("url", .text, "where it goes"),
        .namespace,
    ]

    private static let statementColumns: [Column] = [
        .required("channel", .text, "the bank whose statement it is"),
        .required("reference", .text, "the name that the stack gave it"),
        .optional("operation", .text, "what was asked of the bank"),
        .required(
            "booking",
            .word(["pending", "declined", "authorised", "captured", "reversed", "refunded", "transferred"]),
            "what the bank did to its books"),
        .required("amount", .amount, "how much"),
        .required("currency", .text, "three letters of ISO 4217"),
        .optional("at_ms", .time, "when"),
    ]
}
