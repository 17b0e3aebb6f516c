/// What the driver did that no tally of outcomes shows.
struct GeneratorCounts {
    var poolStarved: UInt64 = 0
    var retries: UInt64 = 0
    var duplicates: UInt64 = 0
    var isChangedByHand = false
}
