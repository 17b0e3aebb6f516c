/// The map of docs/ARCHITECTURE.md as data.
///
/// Goal: one place says which target stands where. Method: the order of the table is the order of the layers and,
/// inside a layer, of its targets; an import may only name a target that stands earlier. A planned target has its
/// line before it has a folder, so that its first import is already judged. What it does not do: it does not say
/// that an edge exists, only that it may.
package struct LayerTable: Sendable {
    package struct Entry: Sendable {
        package var target: String
        package var layer: Layer
        /// For a C module: the one target that may import it.
        package var importer: String?
    }

    /// Edges that the order alone would allow or would refuse with a poorer reason.
    package struct Wall: Sendable {
        package var from: [String]
        package var to: [String]
        package var reason: String
    }

    package var entries: [Entry]
    package var walls: [Wall]
    /// Folders of programs that Package.swift does not build, since what they need is not needed to build Spillway.
    package var foreignFolders: Set<String> = []
    /// Modules of the toolchain that a source may import.
    package var toolchainModules: Set<String>

    package func entry(_ target: String) -> Entry? {
        if let entry = entries.first(where: { $0.target == target }) { return entry }
        guard target.hasSuffix("Tests"), let tested = entry(String(target.dropLast(5))), tested.layer != .test else {
            return nil
        }
        return Entry(target: target, layer: .test)
    }

    /// Why `importer` must not import `imported`, with what to do instead; nil where it may.
    package func objection(to imported: String, from importer: String) -> String? {
        guard let source = entry(importer), let target = entry(imported) else { return nil }
        if source.target == target.target { return nil }
        if target.layer == .c {
            guard let owner = target.importer, owner != importer else { return nil }
            return "'\(imported)' has one importing target, '\(owner)'; import '\(owner)' and use its wrapper"
        }
        if let wall = walls.first(where: { $0.from.contains(importer) && $0.to.contains(imported) }) {
            return "'\(importer)' must not import '\(imported)': \(wall.reason)"
        }
        if source.layer == .test { return nil }
        if source.layer == .tool, target.layer != .test { return nil }
        guard let from = position(importer), let to = position(imported), to > from else { return nil }
        return "'\(importer)' (\(source.layer.rawValue)) must not import '\(imported)' (\(target.layer.rawValue)): "
            + "imports point downward only; move what both need into a lower target"
    }

    private func position(_ target: String) -> Int? { entries.firstIndex { $0.target == target } }
}
