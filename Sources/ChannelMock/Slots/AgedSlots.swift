private let noPlace: Int32 = -1

/// Places for values, each known by a small number, and those that are in line in the order of their age.
///
/// A value is put into a place, enters the line or not, leaves it from anywhere in it, and its place is used again: all
/// of it in the same small time, without an allocation once there are as many places as were ever taken at a time.
struct AgedSlots<Value> {
    private struct Slot {
        var value: Value?
        /// Neighbours in the line; of a place that is free, `younger` is the next free one.
        var older: Int32 = noPlace
        var younger: Int32 = noPlace
        var isInLine = false
        /// How often the place was given back: who comes with an older number means someone else.
        var generation: UInt32 = 0
    }

    private var slots: [Slot] = []
    private var free: Int32 = noPlace
    private(set) var oldest: Int32?
    private var youngest: Int32?
    private(set) var countInLine = 0

    /// Room that is taken at once, so that growing never stops a loop that has better things to do.
    init(room: Int) {
        slots.reserveCapacity(room)
    }

    subscript(place: Int32) -> Value {
        get { slots[Int(place)].value! }
        _modify { yield &slots[Int(place)].value! }
    }

    func generation(of place: Int32) -> UInt32 { slots[Int(place)].generation }
    func isInLine(_ place: Int32) -> Bool { slots[Int(place)].isInLine }

    mutating func put(_ value: Value) -> Int32 {
        let place = takePlace()
        slots[Int(place)].value = value
        return place
    }

    /// Whoever was there is gone, from the line as well.
    mutating func giveBack(_ place: Int32) {
        if slots[Int(place)].isInLine { leaveLine(place) }
        slots[Int(place)].value = nil
        slots[Int(place)].generation &+= 1
        slots[Int(place)].younger = free
        free = place
    }

    mutating func enterLine(_ place: Int32) {
        precondition(!slots[Int(place)].isInLine, "place \(place) stands in line already")
        slots[Int(place)].isInLine = true
        slots[Int(place)].older = youngest ?? noPlace
        slots[Int(place)].younger = noPlace
        if let youngest { slots[Int(youngest)].younger = place } else { oldest = place }
        youngest = place
        countInLine += 1
    }

    mutating func leaveLine(_ place: Int32) {
        let (older, younger) = (slots[Int(place)].older, slots[Int(place)].younger)
        if older == noPlace {
            oldest = younger == noPlace ? nil : younger
        } else {
            slots[Int(older)].younger = younger
        }
        if younger == noPlace {
            youngest = older == noPlace ? nil : older
        } else {
            slots[Int(younger)].older = older
        }
        slots[Int(place)].isInLine = false
        countInLine -= 1
    }

    private mutating func takePlace() -> Int32 {
        if free != noPlace {
            let place = free
            free = slots[Int(place)].younger
            return place
        }
        slots.append(Slot())
        return Int32(slots.count - 1)
    }
}
