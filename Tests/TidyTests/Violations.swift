import Tidy

/// The violations of a small planted repository. Folders count as declared, so that a plant shows its own finding only.
func violations(_ files: RepositoryFile..., manifest: String? = nil) -> [String] {
    let folders = Set(
        files.filter { $0.path.hasSuffix(".swift") || $0.path.hasSuffix(".c") || $0.path.hasSuffix(".h") }
            .map { $0.path.split(separator: "/") }.filter { $0.count > 2 }.map { String($0[1]) })
    let declared = folders.sorted().map { ".target(name: \"\($0)\")" }.joined(separator: ", ")
    let package = RepositoryFile("Package.swift", manifest ?? "let targets: [Target] = [\(declared)]")
    return Tidiness().violations(in: Repository(files + [package])).map(\.description)
}
