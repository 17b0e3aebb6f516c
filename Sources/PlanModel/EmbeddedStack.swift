package import Diagnostics
package import StackVocabulary

/// The reference stack as a plan sets it up.
package struct EmbeddedStack: Sendable {
    package let setting: StackSetting
    package let store: StackStore
    /// Those of the setting, where the plan plants them.
    package let defects: [Located<Defect>]

    package init(_ setting: StackSetting, store: StackStore, defects: [Located<Defect>]) {
        self.setting = setting
        self.store = store
        self.defects = defects
    }
}
