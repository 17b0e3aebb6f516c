// Goal: one bank as its channel's profile describes it: it answers, delays, declines, refuses, breaks and calls back as
// that says, the same for the same seed, live and simulated; and it keeps books that an audit can hold against what
// others say happened.
// Method: a request goes through the same few places, each of which is a type of its own:
//
//     route -> tag -> request -> faults -> quota -> idempotency -> line -> (time passes) -> book -> answer
//
// What a place decides about a payment is drawn from the seed and the payment's reference alone (`Fates`). Every request
// leaves one entry in the journal, written before its answer leaves.
// Not here: several banks (`MockBanks`), and the operator's side (`AdminDesk`).

package import ChannelProfile
import Containers
package import Cryptography
import Diagnostics
package import EventLoop
package import Evidence
package import HTTPService
import HTTPWire
package import Lease
package import Peers
import PlanValues
import SeededRandom
package import Timebase

package final class MockBank {
    package let channel: Channel
    package let loop: EventLoop
    /// When its clock began: faults and the journal count from here.
    package let began: Instant
    package private(set) var server: HTTPServer
    package let journal: ChannelJournalWriter
    package internal(set) var counters = BankCounters()

    /// The channel's: a profile is a large value to be handed on with each answer.
    let name: String
    let seed: Seed
    let rule: StatementRule
    let fates: Fates
    var tags: TagCheck
    var board = FaultBoard()
    var quota: Quota?
    var queryQuota: Quota?
    var line: ServiceLine
    var book: PaymentBook
    var shelf: IdempotencyShelf
    let keyField: String?
    private(set) var desk: CallbackDesk?
    private(set) lazy var settlements = SettlementLine(on: loop, pendingMax: pendingMax) { [weak self] pending in
        self?.settle(pending)
    }
    private let pendingMax: Int
    let fixedFields: FieldBlock?
    private var watch: SpawnedTask?
    /// Of the journal's next segment.
    var preparation: SpawnedTask?

    static let keysMax = 200_000
    /// How long a request that is never answered is kept, if its sender does not give up before.
    static let silenceMax = TimeSpan.seconds(120)

    package init(_ setting: BankSetting, on loop: EventLoop, journal: ChannelJournalWriter) {
        channel = setting.channel
        name = setting.channel.name.value
        self.loop = loop
        self.journal = journal
        began = loop.now
        seed = Seed(setting.seed).split(setting.channel.name.value)
        rule = setting.statement
        pendingMax = setting.paymentsMax
        fates = Fates(setting.channel, seed: seed)
        tags = TagCheck(key: setting.tagKey)
        let capacity = setting.channel.capacity
        quota = capacity.quota.map { Quota(perSecond: $0.perSecond) }
        queryQuota = setting.channel.query.quota.map { Quota(perSecond: $0.perSecond) }
        line = ServiceLine(concurrency: capacity.concurrency, queue: capacity.queue)
        book = PaymentBook(paymentsMax: setting.paymentsMax)
        shelf = IdempotencyShelf(setting.channel.idempotency, keysMax: Self.keysMax)
        keyField = setting.channel.idempotency.headerName?.lowercased()
        fixedFields = setting.channel.fixedAnswer.map { _ in BankAnswer.json }
        let door = Door()
        server = HTTPServer(on: loop, configuration: setting.server) { exchange in
            guard let bank = door.bank else { return exchange.respond(503) }
            try await bank.handle(exchange)
        }
        door.bank = self
        desk = setting.channel.callback.map { rule in
            CallbackDesk(
                on: loop, channel: setting.channel.name.value, rule: rule, seed: seed, key: setting.callbackKey,
                policy: setting.policy, lease: setting.lease
            ) { [weak self] outcome in self?.note(outcome) }
        }
        board.post(setting.faults, from: began, now: began)
    }

    /// Ties the server to its bank without a circle of owners.
    private final class Door {
        weak var bank: MockBank?
    }

    /// The address has the port that was chosen.
    @discardableResult
    package func open(on address: Address) throws(StreamError) -> Address {
        let address = try server.listen(on: address)
        watch = loop.spawn { [self] in await watchDoor() }
        return address
    }

    package func close(until deadline: Instant) async {
        watch?.cancel()
        await watch?.join()
        await server.drain(until: deadline)
        settlements.stop()
        await desk?.drain(until: deadline)
        await preparation?.join()
    }

    package var callbacks: CallbackCounters { desk?.counters ?? CallbackCounters() }
    /// Payments that are not decided yet.
    package var pendingCount: Int { settlements.count }
    /// Requests at work, and requests that wait for a place.
    package var load: (working: Int, waiting: Int) {
        (line.workingCount(at: loop.now), line.waitingCount(at: loop.now))
    }

    // MARK: Faults

    package func post(_ faults: [Fault], from began: Instant) {
        board.post(faults, from: began, now: loop.now)
        doorChanged.wake()
    }

    package func clearFaults() {
        board.clear(at: loop.now)
        doorChanged.wake()
    }

    package var faults: [FaultBoard.Posted] { board.all(at: loop.now) }

    private lazy var doorChanged = Parking(loop)

    /// What concerns the listener: nobody listens, or nobody reads.
    private func watchDoor() async {
        var (isRefusing, isDeaf) = (false, false)
        while !Task.isCancelled {
            let now = loop.now
            let (refuses, deafens) = (board.has(.refusal, at: now), board.has(.deafness, at: now))
            if refuses != isRefusing { isRefusing = setRefusing(refuses) }
            if deafens != isDeaf {
                isDeaf = deafens
                if deafens { server.deafen() } else { server.hearAgain() }
            }
            if board.has(.heldCallbacks, at: now) { desk?.hold() } else { desk?.release() }
            // A port that somebody else has taken is asked for again.
            let again = isRefusing && !refuses ? now + .milliseconds(100) : board.nextChange
            if await doorChanged.wait(until: again) == .cancelled { return }
        }
    }

    private func setRefusing(_ refuses: Bool) -> Bool {
        if refuses {
            server.refuseConnections()
            return true
        }
        do throws(StreamError) {
            try server.acceptAgain()
            return false
        } catch {
            counters.listensFailed += 1
            return true
        }
    }
}

/// What a bank is made from.
package struct BankSetting {
    package var channel: Channel
    /// The profile's.
    package var seed: UInt64
    package var statement = StatementRule()
    /// On the bank's own clock.
    package var faults: [Fault] = []
    /// What tags are verified with; nil: they are taken as they are.
    package var tagKey: HMACKey?
    package var callbackKey = HMACKey(Array(CallbackSignature.testKey.utf8))
    /// Where callbacks may go.
    package var policy = PeerPolicy(planAllow: [], permitted: [])
    /// Callbacks stop with it; nil where nobody else decides how long the bank goes on.
    package var lease: Lease?
    package var paymentsMax = PaymentBook.paymentsMax
    package var server = ServerConfiguration()

    package init(_ channel: Channel, seed: UInt64) {
        self.channel = channel
        self.seed = seed
        // A drill's peers wait long for slow banks; half a minute of silence is no reason to hang up on them.
        server.idleTimeout = .seconds(600)
        server.wire.bodyBytes = 1 << 16
    }
}

/// What a bank has seen. Answers are counted by what they were.
package struct BankCounters: Sendable, Equatable {
    package var requests: UInt64 = 0
    package var approved: UInt64 = 0
    package var declined: UInt64 = 0
    package var pending: UInt64 = 0
    package var replayed: UInt64 = 0
    /// 4xx of this bank itself: malformed, unknown, in a wrong state.
    package var refused: UInt64 = 0
    package var overQuota: UInt64 = 0
    package var overQueue: UInt64 = 0
    package var queries: UInt64 = 0
    /// By a fault.
    package var disturbed: UInt64 = 0
    /// Marked by the run whose key the bank has.
    package var verified: UInt64 = 0
    package var untagged: UInt64 = 0
    /// Tags that were forged or had expired.
    package var mistagged: UInt64 = 0
    /// A payment for which money moved again.
    package var bookedTwice: UInt64 = 0
    package var settled: UInt64 = 0
    /// The journal took no entry: the disk is full, most likely. The request was answered 503.
    package var journalFailures: UInt64 = 0
    package var listensFailed: UInt64 = 0

    package init() {}
}
