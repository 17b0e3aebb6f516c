/// A JSON document as the simplest parser reads it: the oracle of the scanner.
indirect enum Tree: Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case array([Tree])
    case object([(String, Tree)])

    static func == (one: Tree, other: Tree) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.text(let a), .text(let b)): a.unicodeScalars.elementsEqual(b.unicodeScalars)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a.map(\.0) == b.map(\.0) && a.map(\.1) == b.map(\.1)
        default: false
        }
    }

    static func parsed(_ bytes: [UInt8]) -> Tree? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var rest = Array(text.unicodeScalars)[...]
        guard let tree = value(&rest) else { return nil }
        skip(&rest)
        return rest.isEmpty ? tree : nil
    }

    private typealias Rest = ArraySlice<Unicode.Scalar>

    private static func skip(_ rest: inout Rest) {
        while let next = rest.first, " \t\r\n".unicodeScalars.contains(next) { rest.removeFirst() }
    }

    private static func take(_ scalar: Unicode.Scalar, _ rest: inout Rest) -> Bool {
        skip(&rest)
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private static func value(_ rest: inout Rest) -> Tree? {
        skip(&rest)
        switch rest.first {
        case "{":
            rest.removeFirst()
            var members: [(String, Tree)] = []
            if take("}", &rest) { return .object([]) }
            repeat {
                skip(&rest)
                guard let key = string(&rest), take(":", &rest), let value = value(&rest) else { return nil }
                members.append((key, value))
            } while take(",", &rest)
            return take("}", &rest) ? .object(members) : nil
        case "[":
            rest.removeFirst()
            var elements: [Tree] = []
            if take("]", &rest) { return .array([]) }
            repeat {
                guard let value = value(&rest) else { return nil }
                elements.append(value)
            } while take(",", &rest)
            return take("]", &rest) ? .array(elements) : nil
        case "\"": return string(&rest).map(Tree.text)
        default: return word(&rest)
        }
    }

    private static func word(_ rest: inout Rest) -> Tree? {
        let word = String(String.UnicodeScalarView(rest.prefix { !" \t\r\n,]}:".unicodeScalars.contains($0) }))
        rest = rest.dropFirst(word.unicodeScalars.count)
        switch word {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default:
            let number = #/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+\-]?[0-9]+)?/#
            guard word.wholeMatch(of: number) != nil else { return nil }
            return Double(word).map(Tree.number)
        }
    }

    private static func string(_ rest: inout Rest) -> String? {
        guard rest.popFirst() == "\"" else { return nil }
        var units: [UInt16] = []
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(validating: units, as: UTF16.self)
            case "\\":
                guard let letter = rest.popFirst() else { return nil }
                let simple: [Unicode.Scalar: UInt16] = [
                    "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
                ]
                if let unit = simple[letter] {
                    units.append(unit)
                } else {
                    let digits = String(String.UnicodeScalarView(rest.prefix(4)))
                    guard letter == "u", digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit),
                        let unit = UInt16(digits, radix: 16)
                    else { return nil }
                    units.append(unit)
                    rest = rest.dropFirst(4)
                }
            case "\0"..."\u{1F}": return nil
            default: units += Array(String(scalar).utf16)
            }
        }
        return nil
    }
}
