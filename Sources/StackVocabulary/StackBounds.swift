package import Timebase

/// What a setting of the stack may be: plans, command lines and the JSON form are held to the same.
package enum StackBounds {
    package static let cores = 1...64
    /// Of one operation.
    package static let service = TimeSpan.microseconds(1) ... .seconds(10)
    package static let merchants = 1...1_000_000
    package static let queue = 0...1_000_000
    /// Of everything that waits: no drill lasts longer.
    package static let wait = TimeSpan.milliseconds(1) ... .seconds(86_400)
    package static let bankConnections = 1...10_000
    package static let bankPipeline = 1...1_000
    package static let breakerCalls = 1...1_000_000
    package static let breakerProbes = 1...1_000
    package static let queries = 1...1_000
    package static let notifyAttempts = 1...100
    package static let notifyUnderWay = 1...10_000
    package static let amount = 1...Int.max
    package static let rate = 0.001...1e9
}
