/// What keeps a text from being well-formed HTML of the kind that reports are written in: nesting, quotes, references,
/// ids that stand once.
struct HTMLCheck {
    private(set) var faults: [String] = []
    private var open: [Substring] = []
    private var ids: Set<Substring> = []

    init(_ html: String) {
        var rest = Substring(html)
        if rest.hasPrefix("<!DOCTYPE html>\n") { rest = rest.dropFirst(16) }
        while let start = rest.firstIndex(of: "<") {
            checkText(rest[..<start])
            guard let end = rest[start...].firstIndex(of: ">") else {
                faults.append("a tag does not end")
                return
            }
            checkTag(rest[rest.index(after: start)..<end])
            rest = rest[rest.index(after: end)...]
            // What stands in a script is no markup, up to its end.
            if open.last == "script" { rest = rest[(rest.firstRange(of: "</script>")?.lowerBound ?? rest.endIndex)...] }
        }
        faults += open.reversed().map { "<\($0)> is not closed" }
    }

    private mutating func checkTag(_ tag: Substring) {
        let name = tag.prefix { $0 != " " }
        guard !name.hasPrefix("/") else {
            let last = open.popLast()
            if last != name.dropFirst() { faults.append("<\(name)> closes <\(last ?? "")>") }
            return
        }
        if !["meta", "br"].contains(name) { open.append(name) }
        let parts = tag.dropFirst(name.count).split(separator: "\"", omittingEmptySubsequences: false)
        for (place, part) in parts.enumerated() {
            if place % 2 == 0, !part.isEmpty, !part.hasSuffix("=") {
                faults.append("<\(tag)> has an attribute without quotes")
            }
            guard place % 2 == 1 else { continue }
            checkText(part)
            if parts[place - 1] == " id=", !ids.insert(part).inserted { faults.append("the id '\(part)' stands twice") }
        }
    }

    private mutating func checkText(_ text: Substring) {
        if open.last != "style", let sign = text.firstIndex(where: { $0 == "\"" || $0 == "'" }), text[sign] == "\"" {
            faults.append("a bare quote in '\(text.prefix(20))'")
        }
        for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            let references = ["amp;", "lt;", "gt;", "quot;", "#39;"]
            if !references.contains(where: part.hasPrefix) { faults.append("'&\(part)' is no reference") }
        }
    }
}
