// Goal: a bank that fails is left alone, and found again when it is well.
// Method: a sliding window of counts, and three states.
//
//                  failures >= failureShare of >= callsMin calls in the window
//        closed  --------------------------------------------------------------->  open
//          ^                                                                       |   ^
//          |  all `probes` came back well                    openFor has passed    v   |  a probe failed
//          +---------------------------------------------------------------------  half open
//
// Half open lets `probes` calls through and no more. A call that began in an earlier state says nothing about this one.
// A failure is what says that the bank is not well: no answer, a broken one, no connection, overload, 5xx. That a payment
// is declined is an answer.

import StackVocabulary
import Timebase

struct Breaker: Sendable {
    enum State: UInt8, Sendable {
        case closed = 0
        case halfOpen = 1
        case open = 2
    }

    /// Leave to make one call; given back with how it went.
    struct Leave: Sendable {
        fileprivate let generation: UInt32
    }

    private(set) var state = State.closed
    private(set) var opened: UInt64 = 0
    private(set) var refused: UInt64 = 0
    private let setting: BreakerSetting
    private let defects: DefectSwitches
    private var window: CountWindow
    private var generation: UInt32 = 0
    private var openedAt = Instant.zero
    private var probesOut = 0
    private var probesWell = 0

    init(_ setting: BreakerSetting, defects: DefectSwitches = []) {
        self.setting = setting
        self.defects = defects
        window = CountWindow(bucket: TimeSpan(nanoseconds: max(1, setting.window.nanoseconds / 5)))
    }

    /// Whether a call would be let through.
    func lets(now: Instant) -> Bool {
        switch state {
        case .closed: true
        // Planted (breaker-never-closes).
        case .open: !defects.contains(.breakerNeverCloses) && now - openedAt >= setting.openFor
        case .halfOpen: probesOut + probesWell < setting.probes
        }
    }

    /// Nil: not now.
    mutating func enter(now: Instant) -> Leave? {
        guard lets(now: now) else {
            refused += 1
            return nil
        }
        if state == .open { become(.halfOpen) }
        if state == .halfOpen { probesOut += 1 }
        return Leave(generation: generation)
    }

    /// - Parameter isWell: nil for a call that says nothing about the bank: it was not sent.
    mutating func note(_ leave: Leave, isWell: Bool?, now: Instant) {
        guard leave.generation == generation else { return }
        switch state {
        case .open: break
        case .halfOpen: noteProbe(isWell, now)
        case .closed:
            guard let isWell else { return }
            window.count(isWell: isWell, now: now)
            if !isWell { openIfIll(now) }
        }
    }

    private mutating func noteProbe(_ isWell: Bool?, _ now: Instant) {
        probesOut -= 1
        guard let isWell else { return }
        if !isWell { return open(now) }
        probesWell += 1
        if probesWell >= setting.probes { become(.closed) }
    }

    private mutating func openIfIll(_ now: Instant) {
        let (well, ill) = window.counts(now: now)
        // Planted (breaker-never-opens).
        guard !defects.contains(.breakerNeverOpens), well + ill >= UInt64(setting.callsMin) else { return }
        if Double(ill) >= setting.failureShare * Double(well + ill) { open(now) }
    }

    private mutating func open(_ now: Instant) {
        openedAt = now
        opened += 1
        become(.open)
    }

    private mutating func become(_ next: State) {
        state = next
        generation &+= 1
        (probesOut, probesWell) = (0, 0)
        window.clear()
    }
}

/// What went well and what did not in the last five buckets of time.
struct CountWindow: Sendable {
    private struct Bucket {
        var number = Int64.min
        var well: UInt32 = 0
        var ill: UInt32 = 0
    }

    private let bucket: TimeSpan
    private var buckets = InlineArray<5, Bucket>(repeating: Bucket())

    init(bucket: TimeSpan) {
        self.bucket = bucket
    }

    mutating func count(isWell: Bool, now: Instant) {
        let number = now.nanoseconds / bucket.nanoseconds
        let place = Int(number % 5)
        if buckets[place].number != number { buckets[place] = Bucket(number: number) }
        if isWell { buckets[place].well += 1 } else { buckets[place].ill += 1 }
    }

    func counts(now: Instant) -> (well: UInt64, ill: UInt64) {
        let first = now.nanoseconds / bucket.nanoseconds - 4
        var (well, ill): (UInt64, UInt64) = (0, 0)
        for place in buckets.indices where buckets[place].number >= first {
            well += UInt64(buckets[place].well)
            ill += UInt64(buckets[place].ill)
        }
        return (well, ill)
    }

    mutating func clear() {
        for place in buckets.indices { buckets[place] = Bucket() }
    }
}
