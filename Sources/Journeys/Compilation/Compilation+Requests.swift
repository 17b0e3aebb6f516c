import Cryptography
import Diagnostics
import HTTPWire
import JSON
import PlanModel
import ShadowTag

extension Compilation {
    mutating func request(_ request: Request, _ step: Step) -> CompiledRequest {
        let service = services.firstIndex { $0.name == request.service } ?? 0
        var names: Set<String> = []
        var head = opening(request, services[service])
        var marks = fields(request, services[service], &names)
        let signatures = request.sign.map { signature($0, of: request, at: step.span, &names) }
        if !names.contains("traceparent") {
            marks.add("traceparent: ")
            marks.add(.trace)
            marks.add("\r\n")
        }
        head.add(marks)
        let body = request.body.map { self.body($0) }
        var ending: (length: [UInt8], body: [UInt8])?
        if body == nil || body?.constant != nil {
            let content = body?.constant ?? []
            let length = Self.length(of: content, body != nil, request.method)
            if signatures.isEmpty { head.add((length + content).span) } else { ending = (length, content) }
        } else if signatures.isEmpty {
            head.add("content-length: ")
        }
        return CompiledRequest(
            service: service, method: Method.allCases.first { $0.name == request.method } ?? .other,
            head: Segments(head), marks: Segments(marks), signatures: signatures,
            body: body.flatMap { $0.constant == nil ? Segments($0) : nil }, ending: ending,
            expectation: expectation(request, step))
    }

    private mutating func opening(_ request: Request, _ service: Service) -> Program {
        var opening = Program()
        opening.add("\(request.method) ")
        if !request.sign.isEmpty { opening.add(.targetBegin) }
        opening.addTarget(Array(service.basePath.utf8))
        opening.add(program(request.path, as: .target))
        if !request.sign.isEmpty { opening.add(.targetEnd) }
        opening.add(" HTTP/1.1\r\n")
        return opening
    }

    /// What ends a head, for a body that never changes. Methods that mean one say that there is none.
    private static func length(of body: [UInt8], _ isGiven: Bool, _ method: String) -> [UInt8] {
        let hasLength = isGiven || ["POST", "PUT", "PATCH"].contains(method)
        return Array((hasLength ? "content-length: \(body.count)\r\n\r\n" : "\r\n").utf8)
    }

    // MARK: Fields

    /// The plan's own come before what is sent when it says nothing.
    private mutating func fields(_ request: Request, _ service: Service, _ names: inout Set<String>) -> Program {
        var own = Program()
        for header in request.headers where setting.isShadow || !isMark(header) {
            add(header.name, header.value, to: &own, &names)
        }
        if setting.isShadow {
            for header in plan.shadow.headers where !names.contains(header.name.lowercased()) {
                add(header.name, header.value, to: &own, &names)
            }
            for field in setting.shadowFields { addUnlessThere(field.name, field.value, to: &own, &names) }
        }
        switch request.body {
        case .json: addUnlessThere("content-type", "application/json", to: &own, &names)
        case .form: addUnlessThere("content-type", "application/x-www-form-urlencoded", to: &own, &names)
        case .text: addUnlessThere("content-type", "text/plain; charset=utf-8", to: &own, &names)
        case nil: break
        }
        var fields = Program()
        addUnlessThere("host", service.host, to: &fields, &names)
        addUnlessThere("user-agent", "spillway", to: &fields, &names)
        fields.add(own)
        return fields
    }

    /// What a step writes itself of what tells shadow traffic from live.
    private func isMark(_ header: (name: String, value: Template)) -> Bool {
        let name = header.name.lowercased()
        return name == MarkJudge.fieldName || name == MarkJudge.baggageName
            || plan.shadow.headers.contains { $0.name.lowercased() == name }
            || header.value.references.contains { $0.path[0] == "shadow" }
    }

    private mutating func add(
        _ name: String, _ value: Template, to program: inout Program, _ names: inout Set<String>
    ) {
        guard checkName(name, at: value.span, &names) else { return }
        program.add("\(name): ")
        program.add(self.program(value, as: .header))
        program.add("\r\n")
    }

    private func addUnlessThere(
        _ name: String, _ value: String, to program: inout Program, _ names: inout Set<String>
    ) {
        guard names.insert(name.lowercased()).inserted else { return }
        program.add("\(name): ")
        program.add(Array(value.utf8).span, .text, as: .header)
        program.add("\r\n")
    }

    private mutating func checkName(_ name: String, at span: SourceSpan, _ names: inout Set<String>) -> Bool {
        var scratch: [UInt8] = []
        do throws(WireError) {
            try HeadEncoder.field(name, "", into: &scratch)
        } catch {
            let isReserved = error == .reservedField
            report(
                isReserved ? "'\(name)' is set by Spillway" : "'\(name)' is no name of a header", span,
                fix: isReserved ? "leave it out" : "a name is letters, digits and hyphens")
            return false
        }
        guard names.insert(name.lowercased()).inserted else {
            report("'\(name)' stands twice in one request", span, fix: "leave one out")
            return false
        }
        return true
    }

    // MARK: Bodies

    private mutating func body(_ body: Body) -> Program {
        switch body {
        case .json(let template):
            var program = Program()
            add(template, to: &program)
            return program
        case .text(let template): return program(template, as: .raw)
        case .form(let pairs):
            var program = Program()
            for (index, pair) in pairs.enumerated() {
                if index > 0 { program.add("&") }
                program.add(Array(pair.name.utf8).span, .text, as: .form)
                program.add("=")
                program.add(self.program(pair.value, as: .form))
            }
            return program
        }
    }

    private mutating func add(_ template: JSONTemplate, to program: inout Program) {
        switch template {
        case .null: program.add("null")
        case .boolean(let value): program.add(value ? "true" : "false")
        case .integer(let value): program.add(String(value))
        case .float(let value): program.add(String(value))
        case .text(let text): add(text, to: &program)
        case .array(let elements):
            program.add("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { program.add(",") }
                add(element, to: &program)
            }
            program.add("]")
        case .object(let members):
            program.add("{")
            for (index, member) in members.enumerated() {
                program.add(index > 0 ? ",\"" : "\"")
                program.add(Array(member.key.utf8).span, .text, as: .jsonText)
                program.add("\":")
                add(member.value, to: &program)
            }
            program.add("}")
        }
    }

    /// A reference alone becomes a value of its own kind; everything else is a text.
    private mutating func add(_ text: Template, to program: inout Program) {
        if text.segments.count == 1, case .reference = text.segments[0] {
            program.add(self.program(text, as: .jsonValue))
            return
        }
        program.add("\"")
        program.add(self.program(text, as: .jsonText))
        program.add("\"")
    }

    // MARK: Signatures

    private mutating func signature(
        _ signature: Signature, of request: Request, at span: SourceSpan, _ names: inout Set<String>
    ) -> CompiledSignature {
        _ = checkName(signature.header, at: signature.over.span, &names)
        let key = signature.key.map { program($0, as: .raw, of: request) }
        let compiled: CompiledSignature.Key =
            switch (key, key?.constant) {
            case (nil, _): .none
            case (_, let bytes?) where signature.method == .hmacSHA256: .prepared(HMACKey(bytes))
            case (let key?, _): .rendered(Segments(key))
            }
        return CompiledSignature(
            opening: Array("\(signature.header): ".utf8), method: signature.method, key: compiled,
            over: Segments(program(signature.over, as: .raw, of: request)))
    }

    // MARK: Expectations

    private mutating func expectation(_ request: Request, _ step: Step) -> CompiledExpectation {
        let expectation = request.expectation
        let pattern = expectation.body.flatMap { self.pattern($0, at: step.span) }
        let keeps = request.keep.map { keep in
            CompiledKeep(
                path: JSONPathScan(keep.path), slot: layout.slot(keep.name.value),
                ring: wantedRecent.contains(keep.name.value) ? ring(keep.name.value) : nil)
        }
        return CompiledExpectation(
            statuses: expectation.statuses,
            headers: expectation.headers.map { (Array($0.name.utf8), Array($0.value.utf8)) },
            json: expectation.json.map { (JSONPathScan($0.path), $0.values.map { ScalarTest($0) }) },
            pattern: pattern, keeps: keeps)
    }

    private mutating func pattern(_ text: String, at span: SourceSpan) -> Int? {
        guard (try? Regex(text)) != nil else {
            report("'\(text)' is no regular expression", span)
            return nil
        }
        patterns.append(text)
        return patterns.count - 1
    }
}
