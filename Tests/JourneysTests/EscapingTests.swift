import JSON
import Journeys
import Testing

/// Every place of a request against values that would break out of it.
struct EscapingTests {
    static let hostile = [
        "plain", "", " ", "a b", "a+b", "50%", "%0d%0a", "a\r\nX-Evil: 1", "\r\n\r\nGET / HTTP/1.1\r\n", "\n", "\t",
        "\0", "\u{1}\u{1F}\u{7F}", "\"", "\\", "\\\"", "\"}", "{\"a\":1}", "é", "支付", "👩‍👩‍👧", "a/b", "../x", "?q=1&r=2",
        "#f", "a&b=c", "~", "'", "<script>", "${id}", ";", ":", "@", "\u{2028}", "`|^[]{}",
    ]

    static let drill = """
        journeys:
          one:
            steps:
              - GET /first: {keep: {value: $.v}}
              - POST /in/${value}/path?q=${value}&r=1:
                  headers: {X-Value: "<${value}>"}
                  json: {alone: "${value}", amid: "<${value}>", "key\\"": [1, 2.5, true, null, "${value}"]}
              - POST /form: {form: {"a b": "${value}", c: "<${value}>"}}
              - POST /text: {body: "<${value}>"}
        """

    @Test(arguments: hostile) func `no value leaves its place`(value: String) throws {
        let drill = try Drill(Self.drill)
        drill.begin()
        let answer = JSONValue.object([("v", .text(value))]).written()
        #expect(drill.check(0, 200, answer) == .ok)

        let request = try drill.request(1)
        let target = request.target
        #expect(Percent.decoded(target, isForm: false) == "/in/\(value)/path?q=\(value)&r=1")
        #expect(target.count { $0 == "/" } == 3 && target.count { $0 == "?" } == 1 && target.count { $0 == "&" } == 1)
        #expect(request.fields.map(\.name) == Self.names)
        let header = String(
            String.UnicodeScalarView(value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
        #expect(request["x-value"] == "<\(header)>")
        guard case .object(let members) = Tree.parsed(request.body) else {
            Issue.record("the body is no JSON: \(request.text)")
            return
        }
        #expect(members.map(\.0) == ["alone", "amid", "key\""])
        #expect(members[0].1 == .text(value))
        #expect(members[1].1 == .text("<\(value)>"))
        #expect(members[2].1 == .array([.number(1), .number(2.5), .boolean(true), .null, .text(value)]))

        let form = try drill.request(2)
        let pairs = form.text.split(separator: "&", omittingEmptySubsequences: false)
        #expect(pairs.map { Percent.decoded(String($0), isForm: true) } == ["a b=\(value)", "c=<\(value)>"])
        #expect(try drill.request(3).text == "<\(value)>")
    }

    private static let names = [
        "host", "user-agent", "X-Value", "baggage", "content-type", "traceparent", "content-length",
    ]

    @Test func `bytes that are no UTF-8 are mended before they are sent`() throws {
        let drill = try Drill(Self.drill)
        drill.begin()
        let body: [UInt8] = Array(#"{"v":"a"#.utf8) + [0xFF, 0xC3] + Array(#"b"}"#.utf8)
        let head: [UInt8] = []
        let verdict = drill.context.check(drill.steps[0], status: 200, head: head.span, body: body.span)
        #expect(verdict == .ok)
        #expect(try drill.request(3).text == "<a\u{FFFD}\u{FFFD}b>")
    }

    @Test(arguments: ["17", "-1.5e3", "true", "null", #"{"a": [1, "x"]}"#, "[]"])
    func `a kept value alone stays of its kind`(value: String) throws {
        let drill = try Drill(Self.drill)
        drill.begin()
        #expect(drill.check(0, 200, #"{"v": \#(value) }"#) == .ok)
        guard case .object(let members) = Tree.parsed(try drill.request(1).body) else {
            Issue.record("the body is no JSON")
            return
        }
        #expect(members[0].1 == Tree.parsed(Array(value.utf8)))
        #expect(members[1].1 == .text("<\(value)>"))
    }
}

/// Decodes what forms and targets encode.
enum Percent {
    static func decoded(_ text: String, isForm: Bool) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(isForm && byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
