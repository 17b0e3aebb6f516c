/// A recipe for numbers. Parameters are checked when the recipe is made (by precondition: plans are checked with
/// diagnostics long before), sampling then never fails.
///
/// All but `Zipf` take exactly one draw per sample, by inverting the distribution function; so equal draws under two
/// settings give comparable samples, and a slower bank is slower for the same payments.
public protocol Distribution: Sendable {
    associatedtype Sample
    func sample(_ random: inout SeededRandom) -> Sample
}
