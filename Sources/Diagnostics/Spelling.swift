/// Which of the known words someone meant.
package enum Spelling {
    /// Longer words are not compared: nobody mistypes them, and the comparison is quadratic.
    static let lengthMax = 64

    /// The nearest of the candidates, if a third of the longer word's letters at most differ; of equally near ones the
    /// alphabetically first. Letters of another case count as equal.
    package static func closest(to word: String, among candidates: some Sequence<String>) -> String? {
        let letters = folded(word)
        guard letters.count <= lengthMax else { return nil }
        return candidates.compactMap { candidate -> (distance: Int, candidate: String)? in
            let other = folded(candidate)
            let longer = max(letters.count, other.count)
            let distanceMax = min(max(1, longer / 3), letters.count - 1)
            guard candidate != word, other.count <= lengthMax, abs(letters.count - other.count) <= distanceMax else {
                return nil
            }
            let distance = distance(letters, other)
            return distance <= distanceMax ? (distance, candidate) : nil
        }.min { $0 < $1 }?.candidate
    }

    /// Damerau and Levenshtein, restricted (optimal string alignment): letters inserted, deleted, replaced, or two
    /// neighbours swapped, no letter touched twice.
    package static func distance(_ one: String, _ other: String) -> Int {
        distance(Array(one), Array(other))
    }

    private static func folded(_ word: String) -> [Character] {
        Array(word.lowercased())
    }

    private static func distance(_ one: [Character], _ other: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for row in one.indices {
            var current = [row + 1]
            for column in other.indices {
                let replaced = last[column] + (one[row] == other[column] ? 0 : 1)
                var least = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            (beforeLast, last) = (last, current)
        }
        return last[other.count]
    }
}
