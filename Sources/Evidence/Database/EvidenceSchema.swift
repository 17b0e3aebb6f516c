/// The tables of `evidence.db`; docs/formats/evidence-database.md is the description for others.
///
/// The embedded stack's ids are numbers, 64 bits in the order of time; those of others are texts, as they write them. All
/// amounts are minor units, all instants of the driver and the banks
/// nanoseconds from where their clock began. Tables are filled in the order of their sources, and indexed behind that:
/// an index over ten million rows is one sort, ten million rows in an index are ten million searches.
enum EvidenceSchema {
    static let version: Int64 = 1
    /// `SPWE`, in the file's header, by which it is told from other programs' databases.
    static let application: Int64 = 0x5350_5745

    static let tables = """
        CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT) STRICT;
        CREATE TABLE sources (
          name TEXT PRIMARY KEY, state TEXT NOT NULL, tables TEXT NOT NULL, rows INTEGER NOT NULL,
          fault TEXT NOT NULL) STRICT;
        CREATE TABLE steps (
          number INTEGER PRIMARY KEY, journey TEXT NOT NULL, title TEXT NOT NULL, priority TEXT NOT NULL,
          moves_money INTEGER NOT NULL) STRICT;
        CREATE TABLE stages (
          number INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, from_ns INTEGER NOT NULL,
          to_ns INTEGER NOT NULL, counts INTEGER NOT NULL) STRICT;
        CREATE TABLE events (at_ns INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL) STRICT;
        CREATE TABLE series (name TEXT NOT NULL, at_ns INTEGER NOT NULL, value REAL) STRICT;
        CREATE TABLE histograms (
          stage INTEGER NOT NULL, step INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL,
          hdr BLOB NOT NULL) STRICT;

        CREATE TABLE sent (
          number INTEGER PRIMARY KEY, key TEXT NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
          flags INTEGER NOT NULL, arrival INTEGER NOT NULL, due_ns INTEGER NOT NULL, sent_ns INTEGER NOT NULL,
          ended_ns INTEGER, outcome TEXT NOT NULL, status INTEGER NOT NULL, amount INTEGER NOT NULL) STRICT;

        CREATE TABLE payments (
          id ANY NOT NULL, key TEXT, merchant TEXT, currency TEXT NOT NULL, amount INTEGER NOT NULL,
          state TEXT NOT NULL, version INTEGER, channel TEXT, captured INTEGER, refunded INTEGER,
          refund_pending INTEGER, created_ms INTEGER, changed_ms INTEGER, namespace TEXT NOT NULL,
          sent_key TEXT) STRICT;
        CREATE TABLE refunds (
          id ANY NOT NULL, payment ANY NOT NULL, key TEXT, currency TEXT NOT NULL, amount INTEGER NOT NULL,
          state TEXT NOT NULL, version INTEGER, created_ms INTEGER, changed_ms INTEGER, namespace TEXT NOT NULL,
          sent_key TEXT) STRICT;
        CREATE TABLE attempts (
          reference TEXT NOT NULL, record ANY NOT NULL, channel TEXT NOT NULL, outcome TEXT NOT NULL,
          sends INTEGER, sent_ms INTEGER, ended_ms INTEGER, namespace TEXT NOT NULL) STRICT;
        CREATE TABLE journal (
          number INTEGER NOT NULL, change ANY NOT NULL, record ANY, account ANY NOT NULL,
          currency TEXT NOT NULL, amount INTEGER NOT NULL, at_ms INTEGER, namespace TEXT NOT NULL,
          PRIMARY KEY (namespace, change, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE balances (
          account ANY NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, namespace TEXT NOT NULL) STRICT;
        CREATE TABLE notifications (
          record ANY NOT NULL, version INTEGER, state TEXT NOT NULL, attempts INTEGER, url TEXT,
          namespace TEXT NOT NULL) STRICT;
        CREATE TABLE statement (
          channel TEXT NOT NULL, reference TEXT NOT NULL, operation TEXT, booking TEXT NOT NULL,
          amount INTEGER NOT NULL, currency TEXT, at_ms INTEGER, at_ns INTEGER, sequence INTEGER, record ANY,
          namespace TEXT NOT NULL) STRICT;

        CREATE TABLE channel_requests (
          channel TEXT NOT NULL, namespace TEXT NOT NULL, kind TEXT NOT NULL, operation TEXT NOT NULL,
          tag TEXT NOT NULL, requests INTEGER NOT NULL, booked INTEGER NOT NULL) STRICT;
        CREATE TABLE channel_calls (
          channel TEXT NOT NULL, at_ns INTEGER NOT NULL, writes INTEGER NOT NULL, firsts INTEGER NOT NULL,
          queries INTEGER NOT NULL, failed INTEGER NOT NULL) STRICT;
        CREATE TABLE stray_requests (
          channel TEXT NOT NULL, namespace TEXT NOT NULL, at_ns INTEGER NOT NULL, operation TEXT NOT NULL,
          tag TEXT NOT NULL, reference TEXT, booking TEXT NOT NULL) STRICT;

        CREATE TABLE webhooks (
          at_ns INTEGER NOT NULL, id ANY, event TEXT NOT NULL, version INTEGER, state TEXT, captured INTEGER,
          refunded INTEGER, signature TEXT NOT NULL, marked INTEGER NOT NULL, status INTEGER NOT NULL,
          digest TEXT NOT NULL) STRICT;

        CREATE TABLE channels (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE TABLE counters (name TEXT NOT NULL, before REAL, after REAL) STRICT;
        CREATE TABLE snapshots (
          namespace TEXT NOT NULL, name TEXT NOT NULL, before INTEGER, after INTEGER) STRICT;
        CREATE TABLE egress (party TEXT NOT NULL, origin TEXT NOT NULL, purpose TEXT NOT NULL, requests INTEGER) STRICT;
        CREATE TABLE canaries (key TEXT NOT NULL, purpose TEXT NOT NULL) STRICT;
        CREATE TABLE log (namespace TEXT NOT NULL, line TEXT NOT NULL) STRICT;
        CREATE TABLE transitions (state TEXT NOT NULL, next TEXT NOT NULL, PRIMARY KEY (state, next)) STRICT;
        """

    /// What people look for first. Accounts of the embedded stack are numbers; in the view they have names.
    static let views = """
        CREATE VIEW accounts AS
          SELECT namespace, account, account_text(account) AS name, currency, sum(amount) AS total
          FROM journal GROUP BY account, currency, namespace;
        CREATE VIEW unresolved AS
          SELECT id, 'payment' AS kind, state, amount, currency, created_ms, namespace FROM payments
            WHERE state IN ('created', 'risk_review', 'routing', 'processing', 'unknown')
          UNION ALL
          SELECT id, 'refund', state, amount, currency, created_ms, namespace FROM refunds
            WHERE state IN ('pending', 'unknown');
        CREATE VIEW outcomes AS
          SELECT s.journey, s.title, a.outcome, a.status, count(*) AS attempts
          FROM sent a JOIN steps s ON s.number = a.step GROUP BY a.step, a.outcome, a.status;
        """

    /// Each serves a question that is asked of every row: the columns behind the first answer it without the table.
    static let indexes = [
        "CREATE INDEX sent_key ON sent (key, outcome, status, flags, step)",
        "CREATE INDEX payments_id ON payments (id)",
        "CREATE INDEX payments_key ON payments (sent_key, state, id)",
        "CREATE INDEX refunds_id ON refunds (id)",
        "CREATE INDEX refunds_payment ON refunds (payment)",
        "CREATE INDEX refunds_key ON refunds (sent_key, state, id)",
        "CREATE INDEX webhooks_id ON webhooks (id, version)",
    ]

    /// What banks did for a payment or refund, in sums: asked for by most questions, and made once.
    static let effects = """
        CREATE TABLE effects (
          record ANY PRIMARY KEY, held INTEGER NOT NULL, holds INTEGER NOT NULL, taken INTEGER NOT NULL,
          takes INTEGER NOT NULL, released INTEGER NOT NULL, given INTEGER NOT NULL, gives INTEGER NOT NULL,
          currency TEXT) STRICT, WITHOUT ROWID;
        INSERT INTO effects
          SELECT record, sum(CASE booking WHEN 'authorised' THEN amount ELSE 0 END), sum(booking = 'authorised'),
            sum(CASE WHEN booking IN ('captured', 'transferred') THEN amount ELSE 0 END),
            sum(booking IN ('captured', 'transferred')),
            sum(CASE booking WHEN 'reversed' THEN amount ELSE 0 END),
            sum(CASE booking WHEN 'refunded' THEN amount ELSE 0 END), sum(booking = 'refunded'), max(currency)
          FROM statement WHERE record IS NOT NULL GROUP BY record;
        """
}
