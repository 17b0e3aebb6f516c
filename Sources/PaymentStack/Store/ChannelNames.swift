import StackVocabulary

/// The channels that a store has ever been opened with, by their numbers. A number stays its channel's whatever list the
/// next start is given, for rows of years ago name channels by it.
struct ChannelNames: Sendable, Equatable {
    /// Of channels that were ever there.
    static let max = 256

    private(set) var names: [String] = []

    init(_ names: [String] = []) {
        precondition(names.count <= Self.max, "\(names.count) channels")
        self.names = names
    }

    func number(_ name: String) -> ChannelNumber? {
        names.firstIndex(of: name).map { ChannelNumber($0) }
    }

    func name(_ number: ChannelNumber) -> String {
        precondition(names.indices.contains(Int(number)), "no channel \(number) of \(names.count)")
        return names[Int(number)]
    }

    /// Those that were not known yet get the next numbers; false when there are no more.
    mutating func add(_ more: [String]) -> Bool {
        for name in more where !names.contains(name) { names.append(name) }
        return names.count <= Self.max
    }

    func name(_ account: Account) -> String {
        account.name { name(ChannelNumber($0)) }
    }
}
