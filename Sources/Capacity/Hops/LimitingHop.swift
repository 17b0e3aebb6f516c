// Goal: beyond the knee something was the limit; which part of the chain it was, by what that part said of itself.
//
// Method: of the probes that broke the objective the one nearest to the knee. What refused most of what was refused is the
// limit (`X-Limit` names it); where nothing was refused, it is where work piled up: a full bank, a store that lags, work
// inside the stack. Of a stack that is not the run's own only the plan's own series are known: the one that rose most beyond
// the knee is named as a sign, and not as a cause.
//
// Not here: the generator. Where that was the limit there is no knee.

package import Evidence
import Numerals
import StackVocabulary
import Timebase
import Verdicts

package struct LimitingHop: Sendable, Equatable {
    package enum Part: Sendable, Equatable {
        /// The stack's own processor: its cores, and the door before them.
        case processor
        case bank(String)
        case ledger
        case merchantQuota
        /// A series of the plan that rose.
        case sign(String)
        /// Nothing was seen to be at its limit.
        case unseen
        /// Nobody looked.
        case notObserved
    }

    package let part: Part
    /// What speaks for it, in words.
    package let evidence: [String]

    package init(_ part: Part, evidence: [String] = []) {
        self.part = part
        self.evidence = evidence
    }
}

extension LimitingHop.Part {
    package var name: String {
        switch self {
        case .processor: "processor"
        case .bank: "bank"
        case .ledger: "ledger"
        case .merchantQuota: "merchant_quota"
        case .sign: "sign"
        case .unseen: "unseen"
        case .notObserved: "not_observed"
        }
    }

    package var words: String {
        switch self {
        case .processor: "the stack's processor"
        case .bank(let name): "the bank '\(name)', or the stack's limit on it"
        case .ledger: "the stack's ledger"
        case .merchantQuota: "the quotas of merchants"
        case .sign(let name): "not known; the series '\(name)' rose most beyond the knee"
        case .unseen: "not seen: nothing that was looked at came to its limit"
        case .notObserved: "not observed: the plan observes nothing of this stack"
        }
    }
}

extension LimitingHop {
    /// So many changes are taken to the disk together: more that wait, and the store is behind.
    static let storeWaitingMin = 1_024.0
    /// A bank is full above this share of the calls it may have.
    static let fullShareMin = 0.9
    /// Work that piles up: so many times what is inside at the knee.
    static let pileMin = 2.0

    /// - Parameters:
    ///   - beyond: the record of a probe that broke the objective; nil where there was none.
    ///   - below: of one that kept it.
    package init(beyond: RunRecord?, below: RunRecord?, channels: [String]) {
        guard let beyond else {
            self.init(.unseen, evidence: ["no probe broke the objective"])
            return
        }
        let (signs, before) = (SignReadings(beyond), below.map { SignReadings($0) })
        guard signs.mean(StackVital.inside.name) != nil else {
            self = Self.ofOutside(signs, before)
            return
        }
        self =
            Self.byRefusals(signs, channels) ?? Self.byPiles(signs, before, channels)
            ?? LimitingHop(.unseen)
    }

    // MARK: What was refused

    private static func byRefusals(_ signs: SignReadings, _ channels: [String]) -> LimitingHop? {
        let counts = Limit.allCases.map { ($0, signs.rise(StackVital.refused($0).name) ?? 0) }
        let all = counts.reduce(0) { $0 + $1.1 }
        guard let most = counts.max(by: { $0.1 < $1.1 }), most.1 > 0 else { return nil }
        let told = "\(Figures.percent(most.1 / all)) of \(Figures.counted(UInt64(all), "refusal")) "
        switch most.0 {
        case .concurrency, .queue, .age, .deadline:
            let processor = Limit.allCases.filter { [.concurrency, .queue, .age, .deadline].contains($0) }
            let sum = counts.filter { processor.contains($0.0) }.reduce(0) { $0 + $1.1 }
            let by = counts.filter { processor.contains($0.0) && $0.1 > 0 }.map { "'\($0.0.rawValue)'" }
            return LimitingHop(
                .processor,
                evidence: [
                    "\(Figures.percent(sum / all)) of \(Figures.counted(UInt64(all), "refusal")) were for want of the "
                        + "processor: " + by.joined(separator: ", ")
                ])
        case .merchant: return LimitingHop(.merchantQuota, evidence: [told + "were by 'merchant'"])
        case .store: return LimitingHop(.ledger, evidence: [told + "were by 'store'"])
        case .channel:
            let held = channels.map { ($0, signs.rise(StackVital.held($0).name) ?? 0) }
            guard let bank = held.max(by: { $0.1 < $1.1 }) else { return nil }
            return LimitingHop(
                .bank(bank.0),
                evidence: [
                    told + "were by 'channel'", "\(Figures.counted(UInt64(bank.1), "call")) to it were kept back",
                ])
        }
    }

    // MARK: Where work piled up

    private static func byPiles(
        _ signs: SignReadings, _ before: SignReadings?, _ channels: [String]
    ) -> LimitingHop? {
        for channel in channels {
            guard let inFlight = signs.mean(StackVital.inFlight(channel).name),
                let room = signs.mean(StackVital.limit(channel).name), room > 0,
                inFlight >= fullShareMin * room
            else { continue }
            let words = "\(Figures.threeDigits(inFlight)) of \(Figures.threeDigits(room)) calls to it were under way"
            return LimitingHop(.bank(channel), evidence: [words])
        }
        if let waiting = signs.mean(StackVital.storeWaiting.name), waiting >= storeWaitingMin {
            return LimitingHop(.ledger, evidence: ["\(Figures.threeDigits(waiting)) changes waited for it"])
        }
        let inside = (signs.mean(StackVital.inside.name) ?? 0) + (signs.mean(StackVital.queueDepth.name) ?? 0)
        let earlier =
            (before?.mean(StackVital.inside.name) ?? 0) + (before?.mean(StackVital.queueDepth.name) ?? 0)
        guard inside >= pileMin * max(earlier, 1) else { return nil }
        return LimitingHop(
            .processor,
            evidence: [
                "\(Figures.threeDigits(inside)) requests were inside or at its door, at a lower rate "
                    + Figures.threeDigits(earlier)
            ])
    }

    // MARK: A stack that is not the run's own

    private static func ofOutside(_ signs: SignReadings, _ before: SignReadings?) -> LimitingHop {
        guard let before, !signs.names.isEmpty else { return LimitingHop(.notObserved) }
        let rises = signs.names.compactMap { name -> (name: String, factor: Double, words: String)? in
            guard let now = signs.mean(name), let then = before.mean(name), now > then else { return nil }
            return (
                name, now / max(then, 1e-9), "\(Figures.threeDigits(max(0, then))) before, \(Figures.threeDigits(now))"
            )
        }
        guard let most = rises.max(by: { $0.factor < $1.factor }), most.factor >= pileMin else {
            return LimitingHop(.unseen)
        }
        return LimitingHop(.sign(most.name), evidence: [most.words])
    }
}

/// The series of a run while its stages that count were under way.
private struct SignReadings {
    private let series: [(name: String, values: [Double])]

    init(_ record: RunRecord) {
        let spans = record.countedStages.map(\.stage.span)
        series = record.observed.map { series in
            (series.name, spans.flatMap { series.samples(in: $0) }.map(\.value).filter(\.isFinite))
        }
    }

    var names: [String] { series.filter { !$0.values.isEmpty }.map(\.name) }

    private func values(_ name: String) -> [Double]? {
        series.first { $0.name == name }.flatMap { $0.values.isEmpty ? nil : $0.values }
    }

    func mean(_ name: String) -> Double? { values(name).map { $0.reduce(0, +) / Double($0.count) } }

    /// Of a counter, from the first reading to the last.
    func rise(_ name: String) -> Double? {
        values(name).map { max(0, ($0.last ?? 0) - ($0.first ?? 0)) }
    }
}
