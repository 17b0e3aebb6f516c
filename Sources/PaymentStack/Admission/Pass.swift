import EventLoop
import StackVocabulary
import Timebase

/// Leave to work on one request. It is given back once, with `Door.leave`.
///
///     begin -> inside --leave--> gone
///               |  ^    |
///        pause  v  |    |  resume: what was begun is never refused
///              outside -+ leave
///
/// The door counts and times what is inside: the wait for a core and the work, not the wait for a bank.
struct Pass: Sendable {
    let tier: Tier
    let arrivedAt: Instant
    /// Of the part of the work that it is in.
    fileprivate(set) var part: Part
    fileprivate(set) var isInside = true
    fileprivate(set) var insideSince: Instant

    /// Parts of work that take alike: what a tier does up to its bank, and what comes after a bank has answered.
    enum Part: Sendable, Equatable {
        case first(Tier)
        case afterBank

        static let count = Tier.allCases.count + 1
        var number: Int {
            switch self {
            case .first(let tier): Int(tier.rawValue)
            case .afterBank: Self.count - 1
            }
        }
    }

    init(_ tier: Tier, arrivedAt: Instant, at now: Instant) {
        self.tier = tier
        self.arrivedAt = arrivedAt
        part = .first(tier)
        insideSince = now
    }

    mutating func goOutside() { isInside = false }

    mutating func comeBack(at now: Instant) {
        part = .afterBank
        isInside = true
        insideSince = now
    }

    /// What a pass that is given back says of the time inside.
    enum Ending: Sendable {
        case done
        /// Something inside was too busy, such as the store: as much as this was too much.
        case overloaded
        /// It ended early, and its time says nothing.
        case cutShort
    }
}

/// Why a request does not come in, and when it may be worth another try: whole seconds, at least one.
struct Refusal: Sendable, Equatable {
    let limit: Limit
    let retryAfter: TimeSpan
}

enum Entry: Sendable {
    case admitted(Pass)
    case refused(Refusal)
}

/// What the door says without waiting.
enum Beginning {
    case admitted(Pass)
    case refused(Refusal)
    /// To be awaited, with `Door.wait(for:)`.
    case waits(Turn)
}

/// A request that waits: for its turn, then for the end of its declared work.
final class Turn {
    let tier: Tier
    let rank: Rank
    let merchant: UInt32
    let deadline: Instant
    let arrivedAt: Instant
    /// What it takes of a core.
    let cost: TimeSpan
    /// Who is told when the declared work is done.
    unowned let door: Door
    private let parking: Parking
    private(set) var entry: Entry?
    /// Where it stands in its line.
    var place: Int32 = -1
    var beganAt = Instant.zero
    /// Planted (slow-shed): it is refused when the work is done.
    var refusal: Refusal?

    init(
        _ tier: Tier, _ rank: Rank, merchant: UInt32, until deadline: Instant, at now: Instant, cost: TimeSpan,
        door: Door
    ) {
        self.tier = tier
        self.rank = rank
        self.merchant = merchant
        self.deadline = deadline
        self.cost = cost
        self.door = door
        arrivedAt = now
        parking = Parking(door.loop)
    }

    func end(_ entry: Entry) {
        self.entry = entry
        parking.wake()
    }

    /// Somebody ends every turn: the processor, the room's age, or who takes its place.
    func wait() async -> Entry {
        while entry == nil { await parking.rest() }
        return entry!
    }
}
