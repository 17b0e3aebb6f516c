/// `$.data.items[0].id`: members and indices, and nothing that searches.
package struct JSONPath: Sendable, Equatable, CustomStringConvertible {
    package enum Part: Sendable, Equatable {
        case member(String)
        case index(Int)
    }

    package let parts: [Part]

    /// Nil for what is no such path.
    package init?(_ text: String) {
        guard text.first == "$" else { return nil }
        var rest = text.dropFirst()
        var parts: [Part] = []
        while let sign = rest.first {
            rest = rest.dropFirst()
            if sign == "." {
                let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
                guard !name.isEmpty else { return nil }
                parts.append(.member(String(name)))
                rest = rest[name.endIndex...]
            } else if sign == "[" {
                let inside = rest.prefix { $0 != "]" }
                guard inside.endIndex < rest.endIndex, !inside.isEmpty, inside.allSatisfy({ "0"..."9" ~= $0 }),
                    let index = Int(inside)
                else { return nil }
                parts.append(.index(index))
                rest = rest[inside.endIndex...].dropFirst()
            } else {
                return nil
            }
        }
        self.parts = parts
    }

    package var description: String {
        parts.reduce("$") { text, part in
            switch part {
            case .member(let name): text + ".\(name)"
            case .index(let index): text + "[\(index)]"
            }
        }
    }
}
