package import ChannelProfile
internal import PlanValues
package import SeededRandom

/// What is planted in a statement, to see whether an audit finds it. All lines under a reference share its fate.
package enum PlantedDiscrepancy: Sendable, Equatable, CaseIterable {
    /// The lines are left out.
    case missing
    /// They are told once more, under a reference that nobody sent.
    case extra
    /// Their amounts are wrong by one minor unit.
    case offByOne
}

extension StatementRule {
    /// A function of seed and reference alone, so whoever knows both knows what was planted.
    package func planted(for reference: PaymentReference, seed: Seed) -> PlantedDiscrepancy? {
        guard missing.value + extra.value + offByOne.value > 0 else { return nil }
        let unit = seed.split("statement").split(reference.bytes.span).unit
        if unit < missing.value { return .missing }
        if unit < missing.value + extra.value { return .extra }
        return unit < missing.value + extra.value + offByOne.value ? .offByOne : nil
    }
}

extension PaymentReference {
    /// What the lines of an `extra` stand under.
    package func strayTwin(seed: Seed) -> PaymentReference {
        let place = seed.split("stray").split(bytes.span)
        var text: [UInt8] = []
        text.append(hexadecimal: UInt128(place.child(0).bits) << 64 | UInt128(place.child(1).bits))
        guard let twin = PaymentReference(text.span) else { preconditionFailure("32 hexadecimal digits") }
        return twin
    }
}
