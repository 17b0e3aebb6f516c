import Glibc

/// Heap allocations of this process so far, where the counting allocator of `CAllocationCount` was loaded before it
/// (LD_PRELOAD); zero elsewhere. Not linked in: the count costs an atomic increment, which the other figures must not
/// carry.
struct AllocationCount {
    private let read: (@convention(c) () -> UInt)?

    init() {
        let symbol = unsafe dlsym(nil, "spillway_allocation_count")
        unsafe read = symbol.map { unsafe unsafeBitCast($0, to: (@convention(c) () -> UInt).self) }
    }

    var isCounting: Bool { read != nil }
    var value: UInt { read?() ?? 0 }
}
