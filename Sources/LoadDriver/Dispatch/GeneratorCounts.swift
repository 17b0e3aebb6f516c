/// What the driver did that no tally of outcomes shows.
struct GeneratorCounts {
    var poolStarved: UInt64 = 0
    var descriptorsMissing: UInt64 = 0
    /// Pieces of a recording that were not read ahead in time.
    var readsInPlace: UInt64 = 0
    /// Arrivals that were open when the run was abandoned.
    var arrivalsCut: UInt64 = 0
    var isChangedByHand = false
}
