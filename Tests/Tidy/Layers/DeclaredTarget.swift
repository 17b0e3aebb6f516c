/// A target as `Package.swift` declares it.
struct DeclaredTarget: Equatable {
    struct Dependency: Equatable {
        var name: String
        var line: Int
    }

    var name: String
    var line: Int
    var dependencies: [Dependency]

    /// Reads `.target(name: "A", dependencies: ["B"])` and the same through the manifest's own functions that return
    /// a `Target`. It knows literals only: a name made at run time is not seen.
    static func all(in manifest: TokenSequence) -> [DeclaredTarget] {
        let constructors = ["target", "executableTarget", "testTarget", "systemLibrary"]
        let functions = functionsReturningTarget(in: manifest)
        var targets: [DeclaredTarget] = []
        var index = 0
        while index < manifest.code.count {
            let token = manifest.code[index]
            let isConstructor = constructors.contains(token.text) && isMember(index, of: manifest)
            let isFunction = functions.contains(token.text) && manifest.token(index - 1)?.text != "func"
            index += 1
            guard token.kind == .identifier, isConstructor || isFunction,
                manifest.token(index)?.isPunctuation("(") == true
            else { continue }
            let arguments = manifest.contents(ofBracketAt: index)
            guard let target = target(in: manifest, arguments: arguments) else { continue }
            targets.append(target)
            index = arguments.upperBound
        }
        return targets
    }

    private static func isMember(_ index: Int, of manifest: TokenSequence) -> Bool {
        manifest.token(index - 1)?.isPunctuation(".") == true
    }

    private static func functionsReturningTarget(in manifest: TokenSequence) -> Set<String> {
        var names: Set<String> = []
        for index in manifest.code.indices where manifest.code[index].isIdentifier("func") {
            guard let name = manifest.token(index + 1), manifest.token(index + 2)?.isPunctuation("(") == true else {
                continue
            }
            let end = manifest.contents(ofBracketAt: index + 2).upperBound
            let isTarget = manifest.hasPattern(Lexer.tokens(of: "-> Target"), at: end + 1)
            let isList = manifest.hasPattern(Lexer.tokens(of: "-> [Target"), at: end + 1)
            if isTarget || isList { names.insert(name.text) }
        }
        return names
    }

    private static func target(in manifest: TokenSequence, arguments: Range<Int>) -> DeclaredTarget? {
        guard let name = arguments.first(where: { manifest.code[$0].kind != .identifier || !isLabel($0, manifest) }),
            let literal = firstLiteral(in: manifest, from: name)
        else { return nil }
        var dependencies: [Dependency] = []
        var index = arguments.lowerBound
        while index < arguments.upperBound {
            if manifest.code[index].isPunctuation("["), isDependencyList(index, in: manifest) {
                let list = manifest.contents(ofBracketAt: index)
                for element in list where manifest.code[element].kind == .string {
                    dependencies.append(
                        Dependency(name: manifest.code[element].text, line: manifest.code[element].line))
                }
                index = list.upperBound
            }
            index += 1
        }
        return DeclaredTarget(name: literal.text, line: literal.line, dependencies: dependencies)
    }

    private static func isLabel(_ index: Int, _ manifest: TokenSequence) -> Bool {
        manifest.token(index + 1)?.isPunctuation(":") == true
    }

    /// `"A"` or `name: "A"`: the literal must be the first argument itself.
    private static func firstLiteral(in manifest: TokenSequence, from index: Int) -> Token? {
        let skipsColon = manifest.code[index].isPunctuation(":") ? 1 : 0
        guard let token = manifest.token(index + skipsColon), token.kind == .string else { return nil }
        return token
    }

    /// A list without a label, or labelled `dependencies`.
    private static func isDependencyList(_ index: Int, in manifest: TokenSequence) -> Bool {
        guard manifest.token(index - 1)?.isPunctuation(":") == true else { return true }
        return manifest.token(index - 2)?.text == "dependencies"
    }
}
