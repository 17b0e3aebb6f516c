/// Whether something belongs to real traffic or to a drill's.
///
/// Every place of the payment stack where the two could meet keeps one of each: stores, caches, keys, limits, clients of
/// banks. So the namespace is the first argument there, and never a default.
@frozen public enum Namespace: UInt8, Sendable, CaseIterable {
    case live = 0
    case shadow = 1

    public var name: String { self == .live ? "live" : "shadow" }
}
