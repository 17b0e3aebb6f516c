/// What arrivals are called that no schedule numbers: apart from its numbers, and so that they tell their stage.
package enum ArrivalNumber {
    private static let ofReplays = 1 << 61
    private static let ofUsers = 1 << 62

    package static func of(user: Int, turn: Int, stage: Int) -> Int {
        ofUsers | stage << 52 | user << 32 | turn & 0xFFFF_FFFF
    }

    package static func of(recorded index: Int, stage: Int) -> Int { ofReplays | stage << 48 | index }

    /// Nil for an arrival of the schedule.
    static func stage(of arrival: UInt64) -> Int? {
        if arrival >= UInt64(ofUsers) { return Int(arrival >> 52 & 0x3FF) }
        return arrival >= UInt64(ofReplays) ? Int(arrival >> 48 & 0x1FFF) : nil
    }
}
