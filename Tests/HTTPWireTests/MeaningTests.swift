import HTTPWire
import Testing

/// What a well-formed head means: framing, keep-alive, route, expectation.
@Suite struct MeaningTests {
    private func head(_ text: String, _ side: Conversation.Side = .requests) throws -> Conversation.Head {
        let events = Conversation.events(side, Array((text + "\r\n\r\n").utf8))
        guard case .head(let head)? = events.first else {
            Issue.record("\(text.debugDescription) gave \(events)")
            throw WireError.badRequestLine
        }
        return head
    }

    @Test(
        arguments: [
            ("HTTP/1.1", "X: y", true), ("HTTP/1.1", "Connection: close", false),
            ("HTTP/1.1", "Connection: Keep-Alive", true), ("HTTP/1.1", "connection: a, , CLOSE ,b", false),
            ("HTTP/1.1", "Connection: a\r\nConnection: close", false), ("HTTP/1.1", "Connection: closed", true),
            ("HTTP/1.1", "Connection: keep-alive, close", false), ("HTTP/1.0", "X: y", false),
            ("HTTP/1.0", "Connection: keep-alive", true), ("HTTP/1.0", "Connection: keep-alive, close", false),
        ])
    func `a connection is kept alive as version and Connection say`(
        version: String, field: String, expected: Bool
    ) throws {
        #expect(try head("GET / \(version)\r\nHost: a\r\n\(field)").keepsAlive == expected)
        let answer = "\(version) 200 OK\r\nContent-Length: 0\r\n\(field)"
        #expect(try head(answer, .responses(answering: .get)).keepsAlive == expected)
    }

    @Test(
        arguments: [
            ("GET /a HTTP/1.1\r\nHost: h:1", TargetForm.origin, "h:1"),
            ("GET http://t:2/a HTTP/1.1\r\nHost: h", .absolute, "t:2"),
            ("GET HTTPS://t?q HTTP/1.1\r\nHost: h", .absolute, "t"),
            ("OPTIONS * HTTP/1.1\r\nHost: h", .asterisk, "h"),
            ("CONNECT [::1]:443 HTTP/1.1\r\nHost: h", .authority, "[::1]:443"),
            ("GET /a HTTP/1.0", .origin, ""),
        ])
    func `the authority comes from the target before the Host`(text: String, form: TargetForm, host: String) throws {
        let head = try head(text)
        #expect(head.targetForm == form)
        #expect(String(decoding: head.authority, as: UTF8.self) == host)
    }

    @Test(arguments: Method.allCases) func `methods are known by name`(method: Method) throws {
        let name = method == .other ? "PROPFIND" : method.name
        let target = method == .connect ? "a:1" : "/"
        let head = try head("\(name) \(target) HTTP/1.1\r\nHost: a")
        #expect(head.method == method)
        #expect(String(decoding: head.methodName, as: UTF8.self) == name)
        for near in ["\(name)X", "\(name.dropLast())", "X\(name)"] where !near.isEmpty {
            let other = Conversation.events(.requests, Array("\(near) / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            if case .head(let head)? = other.first { #expect(head.method == .other, "\(near)") }
        }
    }

    @Test func `an expectation counts in HTTP 1.1 only`() throws {
        #expect(try head("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue").expectsContinue)
        #expect(try !head("PUT / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue").expectsContinue)
        #expect(try !head("PUT / HTTP/1.0\r\nHost: a\r\nExpect: anything").expectsContinue)
        #expect(try !head("PUT / HTTP/1.1\r\nHost: a").expectsContinue)
    }

    @Test func `an upgrade is flagged and changes nothing`() throws {
        let asked = try head("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade")
        #expect(asked.asksForUpgrade)
        #expect(asked.keepsAlive)
        #expect(asked.framing == .none)
    }

    @Test(
        arguments: [
            (UInt16(200), Method.get, "Content-Length: 5", BodyFraming.length(5), true),
            (200, .get, "Content-Length: 0", .none, true), (200, .get, "Transfer-Encoding: chunked", .chunked, true),
            (200, .get, "X: y", .untilClose, false), (500, .post, "X: y", .untilClose, false),
            (200, .head, "Content-Length: 5", .none, true), (200, .head, "X: y", .none, true),
            (200, .head, "Transfer-Encoding: chunked", .none, true), (304, .get, "Content-Length: 5", .none, true),
            (304, .get, "Transfer-Encoding: chunked", .none, true), (204, .get, "X: y", .none, true),
            (100, .post, "X: y", .none, true), (200, .connect, "Content-Length: 5", .none, false),
            (407, .connect, "Content-Length: 5", .length(5), true),
        ])
    func `the body of a response ends where status, method and fields say`(
        status: UInt16, method: Method, field: String, framing: BodyFraming, keepsAlive: Bool
    ) throws {
        let head = try head("HTTP/1.1 \(status) R\r\n\(field)", .responses(answering: method))
        #expect(head.framing == framing)
        #expect(head.keepsAlive == keepsAlive)
    }

    @Test func `a response without framing ends with the stream, others are truncated by it`() {
        func events(_ text: String) -> [Conversation.Event] {
            var conversation = Conversation(.responses(answering: .get))
            conversation.receive(Array(text.utf8)[...])
            conversation.close()
            return Array(conversation.events.dropFirst())
        }
        #expect(events("HTTP/1.1 200 OK\r\n\r\nab") == [.data([97, 98]), .end(trailers: [])])
        #expect(events("HTTP/1.1 200 OK\r\n\r\n") == [.end(trailers: [])])
        #expect(
            events("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab") == [.data([97, 98]), .failure(.truncatedBody)])
        #expect(
            events("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n")
                == [.data([97, 98]), .failure(.truncatedBody)])
    }

    @Test func `fields are found by any case of their name, in their order`() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-a: 2\r\nX-AB: 3\r\nX^A: 4\r\nX-a:5\r\n\r\n".utf8)
        var parser = HeadParser()
        var head = MessageHead()
        #expect(try parser.parseRequest(bytes.span, into: &head))
        var index = 0
        var values: [String] = []
        while let value = head.fields.next("X-a", in: bytes.span, from: &index) {
            values.append(value.text(in: bytes.span))
        }
        #expect(values == ["1", "2", "5"])
        #expect(head.fields.first("x~a", in: bytes.span) == nil)
        #expect(head.fields.first("x^a", in: bytes.span)?.text(in: bytes.span) == "4")
    }

    @Test func `a reused head keeps nothing of the message before`() {
        let first = "POST /a HTTP/1.0\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\nUpgrade: x\r\n\r\n"
        let second = "X / HTTP/1.1\r\nHost: b\r\n\r\n"
        let both = Conversation.events(.requests, Array((first + second).utf8))
        guard case .head(var reused)? = both.dropFirst(2).first,
            case .head(let fresh)? = Conversation.events(.requests, Array(second.utf8)).first
        else {
            Issue.record("\(both)")
            return
        }
        reused.start = 0
        #expect(reused == fresh)
    }
}
