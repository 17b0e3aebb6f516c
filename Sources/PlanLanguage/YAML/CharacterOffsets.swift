/// Where the n-th character of a text in UTF-8 begins.
struct CharacterOffsets {
    private static let stride = 128
    private let bytes: ArraySlice<UInt8>
    /// The offset of every `stride`-th character; empty when all characters are single bytes.
    private let marks: [Int]

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        guard bytes.contains(where: { $0 >= 0x80 }) else {
            marks = []
            return
        }
        var marks: [Int] = []
        var count = 0
        for place in bytes.indices where Self.isStart(bytes[place]) {
            if count % Self.stride == 0 { marks.append(place) }
            count += 1
        }
        self.marks = marks
    }

    /// An offset into the array that the slice is of; of a character behind the last, the end.
    func byte(ofCharacter index: Int) -> Int {
        guard !marks.isEmpty else { return min(bytes.startIndex + index, bytes.endIndex) }
        guard index / Self.stride < marks.count else { return bytes.endIndex }
        var place = marks[index / Self.stride]
        for _ in 0..<index % Self.stride where place < bytes.endIndex {
            place += 1
            while place < bytes.endIndex, !Self.isStart(bytes[place]) { place += 1 }
        }
        return place
    }

    private static func isStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }
}
