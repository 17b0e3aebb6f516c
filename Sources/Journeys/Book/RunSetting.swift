/// What only the run knows of a journey: names, secrets, addresses, files.
package struct RunSetting: Sendable {
    package var runID: String
    /// Wall clock of the run's beginning; ids and `${now}` count from it.
    package var epochMilliseconds: Int64
    /// This worker, for its ids: 0 to 65535.
    package var shard: Int
    /// `${shadow.token}`.
    package var shadowToken: String
    /// Finished fields of the shadow marks: baggage, and the token where the plan does not place it itself.
    package var shadowFields: [(name: String, value: String)]
    /// False for control twins: neither the plan's shadow headers nor `shadowFields` are sent.
    package var isShadow = true
    /// What `${webhook}` begins with; the journey's key follows behind a slash.
    package var webhookURL: String?
    package var environment: [String: String]
    /// The Host field of a service, for the only one under "". What is not here is taken from the plan.
    package var hosts: [String: String]
    /// A file of the plan, read; nil when it cannot be.
    package var file: @Sendable (_ path: String) -> [UInt8]?

    package init(
        runID: String, epochMilliseconds: Int64, shard: Int = 0, shadowToken: String = "",
        shadowFields: [(name: String, value: String)] = [], webhookURL: String? = nil,
        environment: [String: String] = [:], hosts: [String: String] = [:],
        file: @escaping @Sendable (_ path: String) -> [UInt8]? = { _ in nil }
    ) {
        precondition(0...0xFFFF ~= shard, "shard \(shard)")
        self.runID = runID
        self.epochMilliseconds = epochMilliseconds
        self.shard = shard
        self.shadowToken = shadowToken
        self.shadowFields = shadowFields
        self.webhookURL = webhookURL
        self.environment = environment
        self.hosts = hosts
        self.file = file
    }
}

extension RunSetting: CustomStringConvertible, CustomReflectable {
    /// Without the secrets.
    package var description: String { "the setting of run \(runID), shard \(shard)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
