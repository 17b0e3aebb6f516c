import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func `a file is indented by two spaces, scalars in one line`() {
        let value = JSONValue.object([
            ("b", .array([.integer(1), .null, .text("x")])),
            ("a", .array([.object([("k", .boolean(true))]), .array([])])),
            ("empty", .object([])),
        ])
        #expect(
            value.written()
                == """
                {
                  "b": [1, null, "x"],
                  "a": [
                    {
                      "k": true
                    },
                    []
                  ],
                  "empty": {}
                }
                """)
    }

    @Test func `the compact form has no white space`() {
        let value = JSONValue.object([
            ("a", .array([.integer(1), .object([("k", .null)])])), ("b", .texts(["x", "y"])),
        ])
        #expect(value.written(.compact) == #"{"a":[1,{"k":null}],"b":["x","y"]}"#)
    }

    @Test(arguments: [
        (JSONValue.number(0), "0"), (.number(-0.0), "0"), (.number(3), "3"), (.number(0.1), "0.1"),
        (.number(-2.5), "-2.5"), (.number(1e21), "1e+21"), (.number(.leastNonzeroMagnitude), "5e-324"),
        (.number(9_007_199_254_740_992), "9007199254740992"), (.number(.nan), "null"), (.number(-.infinity), "null"),
        (.integer(.min), "-9223372036854775808"), (.unsigned(.max), "18446744073709551615"),
        (.count(UInt64.max), "18446744073709551615"), (.count(7), "7"),
    ])
    func `a number is the shortest text that reads the same`(value: JSONValue, text: String) {
        #expect(value.written() == text)
    }

    @Test func `strings are escaped`() {
        #expect(JSONValue.quoted(" ~é商\u{1F600}") == "\" ~é商\u{1F600}\"")
        #expect(
            JSONValue.quoted("\\\"\r\n\t\0\u{1F}\u{7F}\u{9F}\u{2028}")
                == #""\\\"\r\n\t\u0000\u001f\u007f\u009f\u2028""#)
    }
}
