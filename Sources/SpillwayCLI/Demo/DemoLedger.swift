/// The demo's payments: their numbers, and the newest keys with what they led to.
struct DemoLedger {
    private var count = 0
    private var numbers: [String: Int] = [:]
    private var keys: [String] = []

    /// Older keys are forgotten, and would be new again.
    static let keysMax = 100_000

    mutating func payment(forKey key: String?) -> (id: String, isNew: Bool) {
        if let key, let known = numbers[key] { return (Self.id(known), false) }
        if let key { remember(key) }
        count += 1
        return (Self.id(count - 1), true)
    }

    private mutating func remember(_ key: String) {
        numbers[key] = count
        guard keys.count == Self.keysMax else { return keys.append(key) }
        // As many payments have keys as places were taken, so this walks the ring.
        numbers[keys[next]] = nil
        keys[next] = key
        next = (next + 1) % Self.keysMax
    }

    private var next = 0

    func holds(_ id: String) -> Bool {
        guard let number = Int(id.dropFirst(Self.prefix.count)) else { return false }
        return 0 <= number && number < count && Self.id(number) == id
    }

    private static let prefix = "pay_"

    private static func id(_ number: Int) -> String {
        let digits = String(number)
        return prefix + String(repeating: "0", count: max(0, 9 - digits.count)) + digits
    }
}
