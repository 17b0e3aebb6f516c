import JSON

/// One line of a recording while it is read: JSON's tokens, whose faults are told with the line's number.
struct RecordedLine {
    /// Of a value that nobody looks at.
    static let depthMax = 32

    private var scanner: JSONScanner
    private let number: Int

    init(_ bytes: [UInt8], number: Int) {
        scanner = JSONScanner(bytes)
        self.number = number
    }

    func fault(_ reason: RecordingFault.Reason, at place: Int) -> RecordingFault {
        RecordingFault(line: number, column: place + 1, reason: reason)
    }

    private mutating func read<Value>(
        _ token: (inout JSONScanner) throws(JSONFault) -> Value
    ) throws(RecordingFault) -> Value {
        do throws(JSONFault) {
            return try token(&scanner)
        } catch {
            throw fault(.json(error.reason), at: error.column - 1)
        }
    }

    /// The next byte that is not white space, not taken, and where it stands.
    mutating func peek() -> (byte: UInt8?, place: Int) { (scanner.peek(), scanner.place) }

    /// Calls `member` after each key of an object; it must take the value. The place is that of the object's end.
    @discardableResult
    mutating func object(
        _ member: (inout RecordedLine, _ key: String, _ keyPlace: Int) throws(RecordingFault) -> Void
    ) throws(RecordingFault) -> Int {
        var object = try read { scanner throws(JSONFault) in try scanner.beginObject() }
        while let (key, place) = try read({ scanner throws(JSONFault) in try scanner.nextKey(of: &object) }) {
            try member(&self, key, place)
        }
        return scanner.place - 1
    }

    mutating func array(_ element: (inout RecordedLine) throws(RecordingFault) -> Void) throws(RecordingFault) {
        var array = try read { scanner throws(JSONFault) in try scanner.beginArray() }
        while try read({ scanner throws(JSONFault) in try scanner.hasNext(of: &array) }) { try element(&self) }
    }

    mutating func string() throws(RecordingFault) -> String {
        try read { scanner throws(JSONFault) in try scanner.string() }
    }

    mutating func skip() throws(RecordingFault) {
        _ = try read { scanner throws(JSONFault) in try scanner.value(depthMax: Self.depthMax) }
    }

    mutating func end() throws(RecordingFault) { try read { scanner throws(JSONFault) in try scanner.end() } }

    /// A number of seconds as exact nanoseconds: `12`, `1762819200.000000001`. No sign, no exponent.
    mutating func seconds() throws(RecordingFault) -> Int64 {
        let (first, start) = peek()
        guard first.map({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) ?? true else {
            throw fault(.json(.expected("a number")), at: start)
        }
        let (range, isWhole) = try read { scanner throws(JSONFault) in try scanner.number() }
        let digits = scanner.bytes[range]
        let point = isWhole ? digits.endIndex : digits.firstIndex(of: UInt8(ascii: ".")) ?? digits.endIndex
        let (whole, fraction) = (digits[..<point], digits[point...].dropFirst())
        let isPlain = (whole + fraction).allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard isPlain, whole.count <= 10, fraction.count <= 9 else { throw fault(.instantOutOfRange, at: start) }
        var nanoseconds = whole.reduce(Int64(0), Self.appending)
        guard nanoseconds < 9_223_372_036 else { throw fault(.instantOutOfRange, at: start) }
        nanoseconds = fraction.reduce(nanoseconds, Self.appending)
        for _ in fraction.count..<9 { nanoseconds *= 10 }
        return nanoseconds
    }

    private static func appending(_ number: Int64, _ digit: UInt8) -> Int64 {
        number * 10 + Int64(digit - UInt8(ascii: "0"))
    }
}
