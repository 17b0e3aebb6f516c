internal import StackVocabulary

/// One claim about money or isolation, and the questions to the evidence that would refute it.
///
/// A question is a query of `evidence.db`, so anybody can ask it again. Its rows are violations: what they are about (the id of
/// a payment or refund, a key, an account), and what is wrong in words. No row, no violation.
package struct AuditCheck: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case money, isolation
    }

    package struct Question: Sendable {
        /// What a violation of it is called: `channel_only`.
        package let word: String
        /// What must not be, in words.
        package let finds: String
        /// Tables without which it says nothing.
        package let needs: [String]
        /// Those whose silence it takes for a violation: of a part of them nothing follows from what is not there.
        package let presumes: [String]
        package let sql: String
        /// False where a row leaves the claim open, and does not refute it.
        package let refutes: Bool

        init(
            _ word: String, finds: String, needs: [String], presumes: [String] = [], refutes: Bool = true, _ sql: String
        ) {
            self.word = word
            self.finds = finds
            self.needs = needs
            self.presumes = presumes
            self.refutes = refutes
            self.sql = sql
        }
    }

    /// `M2`
    package let name: String
    /// `exactly once`
    package let title: String
    package let kind: Kind
    package let claim: String
    package let questions: [Question]
    /// Tables of its own, made before the first question: what several of them want to know and is long to find out.
    let preparation: String?

    init(
        _ name: String, _ title: String, _ kind: Kind, claim: String, preparing preparation: String? = nil,
        _ questions: [Question]
    ) {
        self.name = name
        self.title = title
        self.kind = kind
        self.claim = claim
        self.questions = questions
        self.preparation = preparation
    }

    /// In the order in which they are told.
    package static let all: [AuditCheck] = [
        .conservation, .exactlyOnce, .statement, .history, .refunds, .notifications, .shadowOutOfLive, .liveOutOfShadow,
        .silence, .identity, .rejection, .resolution,
    ]

    /// For several who ask at once, each about as long.
    package static func shares(_ count: Int) -> [[AuditCheck]] {
        (0..<count).map { share in all.enumerated().filter { $0.offset % count == share }.map(\.element) }
    }
}

/// States in which money was taken, as a list of SQL.
let takenStates = "('captured', 'partially_refunded', 'refunded')"
/// States in which nobody knows yet how it ends.
let openStates = "('created', 'risk_review', 'routing', 'processing', 'unknown')"
/// What a bank books when it takes money.
let takenBookings = "('captured', 'transferred')"
/// Lines of merchants' accounts: by their number in the embedded stack's books, by their name elsewhere.
let isMerchant =
    "(account < \(Int64(1) << Account.numberBits) OR \(Account.Kind.merchant.names("account")))"
/// Accounts by their names, of which none may be below zero.
let hasFloor =
    "(" + Account.Kind.allCases.filter(\.hasFloor).map { $0.names("name") }.joined(separator: " OR ") + ")"

extension Account.Kind {
    /// A condition of SQL: the column holds the name of one of its accounts. Behind ':' comes ';', and a range asks nothing of
    /// the many that are numbers.
    func names(_ column: String) -> String {
        isOne ? "\(column) = '\(prefix)'" : "\(column) BETWEEN '\(prefix)' AND '\(prefix.dropLast());'"
    }
}
