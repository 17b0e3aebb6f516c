/// First in, first out, in one piece of memory.
@frozen public struct Ring<Element> {
    @usableFromInline var elements: [Element] = []
    @usableFromInline var start = 0
    @usableFromInline var taken = 0
    @usableFromInline let capacity: Int

    @inlinable public init(capacity: Int) {
        self.capacity = capacity
    }

    @inlinable public var count: Int { taken }
    @inlinable public var first: Element? { taken == 0 ? nil : elements[start] }

    @inlinable public mutating func append(_ element: Element) {
        precondition(taken < capacity, "a ring of \(capacity) is full")
        let place = (start + taken) % capacity
        if place == elements.count { elements.append(element) } else { elements[place] = element }
        taken += 1
    }

    @inlinable public mutating func removeFirst() {
        precondition(taken > 0, "an empty ring")
        start = (start + 1) % capacity
        taken -= 1
    }
}

extension Ring: Sendable where Element: Sendable {}
