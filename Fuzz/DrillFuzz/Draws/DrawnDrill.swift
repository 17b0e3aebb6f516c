import ChannelProfile
import Diagnostics
import PlanLanguage
import PlanModel
import SeededRandom
package import StackVocabulary

/// A drill that nobody thought of: plan and mock banks as texts of their languages, and what is planted in them.
///
/// **Goal.** Any combination that the languages can say comes up some time, small enough that a second runs several.
///
/// **Method.** A seed switches features on (`Feature`), and each part of the texts draws from a stream of its own, so that a
/// change to how one part is drawn leaves the others as they are.
///
/// **Not here.** What must hold of it (`DrillLaws`). A drill worth keeping is kept as its texts, since the same seed draws another
/// one when the drawing changes.
package struct DrawnDrill: Sendable {
    /// What is wrong with it on purpose.
    package enum Plant: Sendable, Equatable {
        case nothing
        case defect(Defect)
        /// The banks' statements lie.
        case statement
    }

    package static let planName = "plan.yaml"
    package static let banksName = "banks.yaml"

    package let seed: UInt64
    package let plan: String
    package let banks: String
    package let plant: Plant

    private init(seed: UInt64, plan: String, banks: String, plant: Plant) {
        (self.seed, self.plan, self.banks, self.plant) = (seed, plan, banks, plant)
    }

    /// One that was kept: seed and plant stand in its texts. Nil where they have mistakes.
    package init?(plan: String, banks: String) {
        let read = Plan.parse(SourceText(name: Self.planName, text: plan), readsChannels: true) { path in
            SourceText(name: path, text: banks)
        }
        guard let known = read.plan, let profile = read.profile else { return nil }
        let defect = known.stack.defects.first.map { Plant.defect($0.value) }
        let plant = defect ?? (profile.statement == StatementRule(form: profile.statement.form) ? .nothing : .statement)
        self.init(seed: known.seed, plan: plan, banks: banks, plant: plant)
    }

    /// The same with what is planted in it kept from the laws, which shows that they see it.
    package var denied: DrawnDrill { DrawnDrill(seed: seed, plan: plan, banks: banks, plant: .nothing) }

    package init(seed number: UInt64) {
        let seed = Seed(number)
        let features = Dice.features(of: seed)
        var dice = Dice(seed, "plant", features)
        let plant = Self.plant(&dice)
        let banks = DrawnBanks(seed, features, plant)
        let plan = DrawnPlan(seed: number, features, banks, plant)
        self.init(seed: number, plan: plan.text, banks: banks.text, plant: plant)
    }

    private static func plant(_ dice: inout Dice) -> Plant {
        if dice.chance(0.65) { return .nothing }
        return dice.chance(0.05) ? .statement : .defect(dice.one(of: Defect.allCases))
    }
}
