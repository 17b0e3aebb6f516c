@usableFromInline let noPlace: Int32 = -1

/// Places for values, each known by a small number, and those that are in line in the order of their age.
///
/// A value is put into a place, enters the line or not, leaves it from anywhere in it, and its place is used again: all
/// of it in the same small time, without an allocation once there are as many places as were ever taken at a time.
@frozen public struct AgedSlots<Value> {
    @usableFromInline struct Slot {
        @usableFromInline var value: Value?
        /// Neighbours in the line; of a place that is free, `younger` is the next free one.
        @usableFromInline var older: Int32 = noPlace
        @usableFromInline var younger: Int32 = noPlace
        @usableFromInline var isInLine = false
        /// How often the place was given back: who comes with an older number means someone else.
        @usableFromInline var generation: UInt32 = 0

        @inlinable init() {}
    }

    @usableFromInline var slots: [Slot] = []
    @usableFromInline var free: Int32 = noPlace
    @usableFromInline var front: Int32?
    @usableFromInline var back: Int32?
    @usableFromInline var lineCount = 0

    @inlinable public var oldest: Int32? { front }
    @inlinable public var youngest: Int32? { back }
    @inlinable public var countInLine: Int { lineCount }

    /// Room that is taken at once, so that growing never stops a loop that has better things to do.
    @inlinable public init(room: Int) {
        slots.reserveCapacity(room)
    }

    @inlinable public subscript(place: Int32) -> Value {
        get { slots[Int(place)].value! }
        _modify { yield &slots[Int(place)].value! }
    }

    @inlinable public func generation(of place: Int32) -> UInt32 { slots[Int(place)].generation }
    @inlinable public func isInLine(_ place: Int32) -> Bool { slots[Int(place)].isInLine }

    @inlinable public mutating func put(_ value: Value) -> Int32 {
        let place = takePlace()
        slots[Int(place)].value = value
        return place
    }

    /// Whoever was there is gone, from the line as well.
    @inlinable public mutating func giveBack(_ place: Int32) {
        if slots[Int(place)].isInLine { leaveLine(place) }
        slots[Int(place)].value = nil
        slots[Int(place)].generation &+= 1
        slots[Int(place)].younger = free
        free = place
    }

    @inlinable public mutating func enterLine(_ place: Int32) {
        precondition(!slots[Int(place)].isInLine, "place \(place) stands in line already")
        slots[Int(place)].isInLine = true
        slots[Int(place)].older = back ?? noPlace
        slots[Int(place)].younger = noPlace
        if let back { slots[Int(back)].younger = place } else { front = place }
        back = place
        lineCount += 1
    }

    @inlinable public mutating func leaveLine(_ place: Int32) {
        let (older, younger) = (slots[Int(place)].older, slots[Int(place)].younger)
        if older == noPlace {
            front = younger == noPlace ? nil : younger
        } else {
            slots[Int(older)].younger = younger
        }
        if younger == noPlace {
            back = older == noPlace ? nil : older
        } else {
            slots[Int(younger)].older = older
        }
        slots[Int(place)].isInLine = false
        lineCount -= 1
    }

    /// From the oldest to the youngest.
    @inlinable public func forEachInLine(_ body: (Value) -> Void) {
        var place = front ?? noPlace
        while place != noPlace {
            body(self[place])
            place = slots[Int(place)].younger
        }
    }

    @inlinable mutating func takePlace() -> Int32 {
        if free != noPlace {
            let place = free
            free = slots[Int(place)].younger
            return place
        }
        slots.append(Slot())
        return Int32(slots.count - 1)
    }
}
