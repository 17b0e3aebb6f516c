import CLinux

/// How many descriptors this process may have open.
public enum DescriptorLimit {
    public static var current: Int { Int(spillway_descriptor_limit()) }

    /// Raises the limit as far as the system lets it, and returns what holds then. It is never lowered.
    public static func raise(to wanted: Int) -> Int { Int(spillway_raise_descriptor_limit(Int64(wanted))) }
}
