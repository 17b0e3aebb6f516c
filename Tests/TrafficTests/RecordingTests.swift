import JSON
import Testing
import Timebase
import Traffic

@Suite struct RecordingTests {
    static let complete = #"""
        {"at": 12.000000345, "method": "POST", "target": "/v1/p?a=b", "headers": {"A": "1", "B": ["2", "3"]}, "body": "\u00e4\ud83d\ude00\n\"", "journey": "pay", "x-own": [{"a": [null, true, -1.5e3]}, "s"]}
        """#

    @Test func `a line with everything is read`() throws {
        let request = try RecordedRequest(line: Array(Self.complete.utf8), number: 1)
        var expected = RecordedRequest(at: 12_000_000_345, method: "POST", target: "/v1/p?a=b")
        expected.headers = [.init("A", "1"), .init("B", "2"), .init("B", "3")]
        expected.body = Array("ä😀\n\"".utf8)
        expected.journey = "pay"
        #expect(request == expected)
    }

    @Test(arguments: [
        ("0", 0), ("0.000000001", 1), ("1", 1_000_000_000), ("1762819200.25", 1_762_819_200_250_000_000),
        ("9223372035.999999999", 9_223_372_035_999_999_999),
    ])
    func `instants are read exactly`(text: String, nanoseconds: Int64) throws {
        let line = #"{"at":\#(text),"method":"GET","target":"/"}"#
        #expect(try RecordedRequest(line: Array(line.utf8), number: 1).at == nanoseconds)
    }

    /// Each replaces a value of a good line, or the line itself.
    static let faults: [(String, Int, RecordingFault.Reason)] = [
        (#"{"at":1,"method":"GET"}"#, 23, .missingKey("target")),
        (#"{"method":"GET","target":"/"}"#, 29, .missingKey("at")),
        (#"{"at":1,"target":"/"}"#, 21, .missingKey("method")),
        (#"{"at":1,"at":2}"#, 9, .json(.duplicateKey("at"))),
        (#"{"at":1,"boddy":""}"#, 9, .unknownKey("boddy")),
        (#"{"body":"","body64":""}"#, 12, .twoBodies),
        (#"{"body":"{\"card\":\"4532015112830366\"}"}"#, 9, .cardNumber),
        (#"{"target":"/cards/4532-0151-1283-0366"}"#, 11, .cardNumber),
        (#"{"at":01}"#, 7, .json(.expected("a number without leading zeros"))),
        (#"{"at":-1}"#, 7, .json(.expected("a number"))),
        (#"{"at":1e3}"#, 7, .instantOutOfRange),
        (#"{"at":1.0000000001}"#, 7, .instantOutOfRange),
        (#"{"at":9223372036}"#, 7, .instantOutOfRange),
        (#"{"at":99999999999}"#, 7, .instantOutOfRange),
        (#"{"at":1.}"#, 9, .json(.expected("a digit"))),
        (#"{"at":"1"}"#, 7, .json(.expected("a number"))),
        (#"{"method":"G T"}"#, 11, .invalidMethod),
        (#"{"method":""}"#, 11, .invalidMethod),
        (#"{"method":1}"#, 11, .json(.expected("a string"))),
        (#"{"target":"v1"}"#, 11, .invalidTarget),
        (#"{"target":"/a b"}"#, 11, .invalidTarget),
        (#"{"target":"/\r\nX: 1"}"#, 11, .invalidTarget),
        (#"{"headers":{"A:":"1"}}"#, 13, .invalidHeader),
        (#"{"headers":{"A":"1\r\n2"}}"#, 17, .invalidHeader),
        (#"{"headers":{"A":["1","\u0000"]}}"#, 22, .invalidHeader),
        (#"{"headers":[]}"#, 12, .json(.expected("'{'"))),
        (#"{"body64":"AAA"}"#, 11, .invalidBase64),
        (#"{"body64":"AB=="}"#, 11, .invalidBase64),
        (#"{"body64":"A==="}"#, 11, .invalidBase64),
        (#"{"body64":"=AAA"}"#, 11, .invalidBase64),
        (#"{"body":"\x"}"#, 10, .json(.invalidEscape)),
        (#"{"body":"\u12g4"}"#, 10, .json(.invalidEscape)),
        (#"{"body":"\ud800"}"#, 10, .json(.unpairedSurrogate)),
        (#"{"body":"\udc00"}"#, 10, .json(.unpairedSurrogate)),
        (#"{"body":"\ud800\u0041"}"#, 10, .json(.unpairedSurrogate)),
        ("{\"body\":\"\t\"}", 10, .json(.controlCharacter)),
        (#"{"x-a":tru}"#, 11, .json(.expected("'true'"))),
        (#"{"x-a":1,}"#, 10, .json(.expected("a key in quotes"))),
        (#"{"x-a" 1}"#, 8, .json(.expected("':'"))),
        (#"{"x-a":1 "b"}"#, 10, .json(.expected("',' or '}'"))),
        (#"[1]"#, 1, .json(.expected("'{'"))),
        (#"{"at":1,"method":"GET","target":"/"} {"#, 38, .json(.trailingBytes)),
    ]

    @Test(arguments: faults.indices)
    func `a fault is told with its place and reason`(index: Int) {
        let (line, column, reason) = Self.faults[index]
        #expect(throws: RecordingFault(line: 1, column: column, reason: reason), "\(line)") {
            try RecordedRequest(line: Array(line.utf8), number: 1)
        }
    }

    @Test func `bytes that are not utf8 are refused`() {
        let line = Array(#"{"body":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
        #expect(throws: RecordingFault(line: 4, column: 9, reason: .json(.invalidUTF8))) {
            try RecordedRequest(line: line, number: 4)
        }
    }

    @Test func `every prefix of a line is a fault and no crash`() {
        let bytes = Array(Self.complete.utf8)
        for end in 0..<bytes.count {
            #expect(throws: RecordingFault.self) { try RecordedRequest(line: Array(bytes[..<end]), number: 1) }
        }
    }

    @Test func `nesting beyond the limit is a fault and no overflow`() {
        let line = #"{"x-a":"# + String(repeating: "[", count: 100_000)
        #expect(throws: RecordingFault(line: 1, column: 40, reason: .json(.tooDeep(depthMax: 32)))) {
            try RecordedRequest(line: Array(line.utf8), number: 1)
        }
    }

    @Test func `base64 is read with every padding`() throws {
        for (text, bytes) in [("", []), ("AP/+", [0, 255, 254]), ("AAE=", [0, 1]), ("/w==", [255])]
            as [(String, [UInt8])]
        {
            let line = #"{"at":1,"method":"GET","target":"/","body64":"\#(text)"}"#
            #expect(try RecordedRequest(line: Array(line.utf8), number: 1).body == bytes)
        }
    }

    @Test func `any cut of the bytes into chunks gives the same requests`() throws {
        let text = Array("\(Self.complete)\r\n\n  \n\(Recordings.line(at: 5))\n\(Recordings.line(at: 9))".utf8)
        let whole = try Recordings.all(Recording(Recordings.source([text])))
        #expect(whole.count == 3)
        for cut in 0...text.count {
            let parts = [Array(text[..<cut]), [], Array(text[cut...])]
            #expect(try Recordings.all(Recording(Recordings.source(parts))) == whole, "cut at \(cut)")
        }
        #expect(try Recordings.all(Recording(Recordings.source(text.map { [$0] }))) == whole)
    }

    @Test func `a line beyond the limit is a fault before it is held`() {
        var limits = Recording.Limits()
        limits.lineBytesMax = 64
        var recording = Recording(limits: limits) { [UInt8](repeating: 0x20, count: 40) }
        #expect(throws: RecordingFault(line: 1, column: 65, reason: .lineTooLong(bytesMax: 64))) {
            try recording.next()
        }
    }

    @Test func `the number of a faulty line counts blank ones`() {
        var recording = Recording(Recordings.source([Array("\(Recordings.line(at: 1))\n\n{\n".utf8)]))
        #expect(throws: RecordingFault(line: 3, column: 2, reason: .json(.endOfText))) { try recording.next() }
    }

    @Test func `what the source throws is passed on`() {
        struct DiskFault: Error {}
        var recording = Recording { throw DiskFault() }
        #expect(throws: DiskFault.self) { try recording.next() }
    }

    @Test(arguments: 1...5)
    func `disorder within the window is sorted, and beyond it counted`(window: Int) throws {
        var limits = Recording.Limits()
        limits.window = window
        // The 1 stands four places behind where it belongs.
        var recording = Recording(limits: limits, Recordings.source(at: [2, 3, 4, 5, 1, 6, 6, 7]))
        var instants: [Int64] = []
        while let request = try recording.next() { instants.append(request.at / 1_000_000_000) }
        #expect(instants.count == 8)
        #expect(instants == instants.sorted())
        #expect(recording.lateCount == (window < 4 ? 1 : 0))
        #expect(recording.firstLateLine == (window < 4 ? 5 : nil))
        #expect(instants.contains(1) == (window >= 4))
    }

    @Test func `the window is bounded in bytes as well`() throws {
        var limits = Recording.Limits()
        limits.windowBytesMax = 2 * Recordings.line(at: 1).utf8.count
        var recording = Recording(limits: limits, Recordings.source(at: [5, 6, 7, 8, 1]))
        while try recording.next() != nil {}
        #expect(recording.lateCount == 1)
    }
}

enum Recordings {
    static func line(at seconds: Int, _ journey: String = "pay") -> String {
        #"{"at":\#(seconds),"method":"GET","target":"/\#(seconds)","journey":"\#(journey)"}"#
    }

    static func source(_ chunks: [[UInt8]]) -> Recording.Source {
        var rest = chunks[...]
        return { rest.popFirst() }
    }

    static func source(at seconds: [Int]) -> Recording.Source {
        source(seconds.map { Array((line(at: $0) + "\n").utf8) })
    }

    static func all(_ recording: Recording) throws -> [RecordedRequest] {
        var recording = recording
        var requests: [RecordedRequest] = []
        while let request = try recording.next() { requests.append(request) }
        return requests
    }
}
