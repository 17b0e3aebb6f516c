/// How many instances like the probed one a rate would need.
///
///     instances = ceiling(rate / (knee x utilisation))
///
/// On the assumption that instances share nothing: each takes its part of the traffic, and what limits one does not become
/// worse with the next. The knee's interval becomes the interval of the count.
package struct InstanceEstimate: Sendable, Equatable {
    package enum Certainty: String, Sendable, CaseIterable {
        /// Both ends of the knee are decided and within a tenth.
        case good
        /// Within a third.
        case fair
        /// Wider, or without one of its ends.
        case poor
    }

    package let target: Double
    /// Of the knee, in everyday use: what is left takes up bursts, and instances that fail.
    package let utilisation: Double
    package let count: Int
    /// Nil where the knee has no such end.
    package let least: Int?
    package let most: Int?
    package let certainty: Certainty

    package static let utilisationStandard = 0.7
    static let goodWidthMax = 0.1
    static let fairWidthMax = 0.33

    package init(target: Double, knee: Knee, utilisation: Double = utilisationStandard) {
        self.target = target
        self.utilisation = utilisation
        func count(_ perSecond: Double) -> Int {
            Int(min((target / (perSecond * utilisation)).rounded(.up), 1e12))
        }
        self.count = max(1, count(knee.perSecond))
        least = knee.high.map { max(1, count($0)) }
        most = knee.low.map { max(1, count($0)) }
        switch knee.width {
        case .some(...Self.goodWidthMax): certainty = .good
        case .some(...Self.fairWidthMax): certainty = .fair
        default: certainty = .poor
        }
    }
}
