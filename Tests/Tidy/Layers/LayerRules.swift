/// Judges every import and every declared dependency by the layer table, and every folder by having a place in it.
struct LayerRules {
    let table: LayerTable

    func violations(in repository: Repository) -> [Violation] {
        var violations: [Violation] = []
        var declared: Set<String> = []
        if let manifest = repository.files.first(where: { $0.path == "Package.swift" }) {
            let targets = DeclaredTarget.all(in: TokenSequence(Lexer.tokens(of: manifest.text)))
            declared = Set(targets.map(\.name))
            violations += targets.flatMap { judge($0, path: manifest.path) }
        }
        for (folder, target) in folders(in: repository)
        where !declared.contains(target) && !table.foreignFolders.contains(folder) {
            let action = table.entry(target) == nil ? "declare it there and in the layer table" : "declare it there"
            violations.append(
                Violation(folder, 1, "the folder of '\(target)' belongs to no target of Package.swift; \(action)"))
        }
        return violations
    }

    private func judge(_ target: DeclaredTarget, path: String) -> [Violation] {
        guard table.entry(target.name) != nil else {
            return [
                Violation(
                    path, target.line,
                    "target '\(target.name)' has no layer; give it a line in LayerTable+Spillway.swift, below what it imports"
                )
            ]
        }
        return target.dependencies.compactMap { dependency in
            table.objection(to: dependency.name, from: target.name).map { Violation(path, dependency.line, $0) }
        }
    }

    /// `Tests/HTTPWireTests` and its like, in the order of the paths.
    private func folders(in repository: Repository) -> [(folder: String, target: String)] {
        var folders: [(folder: String, target: String)] = []
        for file in repository.files where file.isSwift || file.isC {
            guard let target = file.target, folders.last?.target != target else { continue }
            folders.append((file.components.prefix(2).joined(separator: "/"), target))
        }
        return folders
    }

    func violations(inImportsOf file: RepositoryFile, _ tokens: TokenSequence) -> [Violation] {
        guard let importer = file.target else { return [] }
        return imports(in: tokens).compactMap { module in
            if let objection = table.objection(to: module.text, from: importer) {
                return Violation(file.path, module.line, objection)
            }
            guard table.entry(module.text) == nil, !table.toolchainModules.contains(module.text) else { return nil }
            return Violation(
                file.path, module.line,
                "module '\(module.text)' has no layer; give it a line in LayerTable+Spillway.swift or do without it")
        }
    }

    private func imports(in tokens: TokenSequence) -> [Token] {
        let kinds = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
        return tokens.code.indices.compactMap { index in
            // A module with a ban of its own gets that ban's words.
            let isBanned = Ban.bannedModules.contains(tokens.token(index + 1)?.text ?? "")
            guard tokens.code[index].isIdentifier("import"), !isBanned,
                tokens.token(index - 1)?.isPunctuation(".") != true,
                var module = tokens.token(index + 1), module.kind == .identifier
            else { return nil }
            if kinds.contains(module.text), let named = tokens.token(index + 2) { module = named }
            return module
        }
    }
}

extension RepositoryFile {
    /// The target whose folder the file stands in.
    var target: String? {
        guard components.count > 2, ["Sources", "Tests", "Benchmarks"].contains(components[0]) else { return nil }
        return components[1]
    }
}
