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
        package let sql: String
        /// False where a row leaves the claim open, and does not refute it.
        package let refutes: Bool

        init(_ word: String, finds: String, needs: [String], refutes: Bool = true, _ sql: String) {
            self.word = word
            self.finds = finds
            self.needs = needs
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

    init(_ name: String, _ title: String, _ kind: Kind, claim: String, _ questions: [Question]) {
        self.name = name
        self.title = title
        self.kind = kind
        self.claim = claim
        self.questions = questions
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
/// What a bank books when it takes money.
let takenBookings = "('captured', 'transferred')"
/// Lines of merchants' accounts: by their number in the embedded stack's books, by their name elsewhere.
let isMerchant = "(account < 4294967296 OR account BETWEEN 'merchant:' AND 'merchant;')"
