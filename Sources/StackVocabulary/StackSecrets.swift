/// What the stack reads from its environment, and never from an argument, which every process of the machine can see.
package enum StackSecrets {
    /// Who bears it is the operator.
    package static let tokenVariable = "SPILLWAY_STACK_TOKEN"
    package static let tokenBytesMin = 16
    /// Signs notifications; without one it is the test key, which proves nothing but that somebody verifies at all.
    package static let notifyVariable = "SPILLWAY_STACK_NOTIFY_KEY"
    package static let notifyTestKey = "spillway-notify-test-key"
}
