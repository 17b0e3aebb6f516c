import EventLoop

struct ArgumentError: Error {
    let words: String
}

/// The words behind a command. Each is taken once; `finish` refuses what nobody took.
struct Arguments {
    private var words: [String]

    init(_ words: [String]) {
        self.words = words
    }

    mutating func text(_ option: String) throws -> String? {
        guard let index = words.firstIndex(of: option) else { return nil }
        guard index + 1 < words.count else { throw ArgumentError(words: "'\(option)' needs a value") }
        let value = words[index + 1]
        words.removeSubrange(index...(index + 1))
        return value
    }

    mutating func count(_ option: String, default standard: Int) throws -> Int {
        guard let text = try text(option) else { return standard }
        guard let value = Int(text), value >= 0 else {
            throw ArgumentError(words: "'\(option)' needs a whole number, not '\(text)'")
        }
        return value
    }

    mutating func seconds(_ option: String, default standard: Double) throws -> TimeSpan {
        var seconds = standard
        if let text = try text(option) {
            guard let value = Double(text), value >= 0, value < 1e6 else {
                throw ArgumentError(words: "'\(option)' needs seconds, not '\(text)'")
            }
            seconds = value
        }
        return .nanoseconds(Int64(seconds * 1e9))
    }

    mutating func address() throws -> Address {
        let word = try next("an address such as 127.0.0.1:8080")
        guard let address = Address(word) else { throw ArgumentError(words: "'\(word)' is not an address") }
        return address
    }

    mutating func next(_ what: String) throws -> String {
        guard let word = words.first, !word.hasPrefix("--") else { throw ArgumentError(words: "missing: \(what)") }
        words.removeFirst()
        return word
    }

    func finish() throws {
        if let word = words.first { throw ArgumentError(words: "unexpected '\(word)'") }
    }
}
