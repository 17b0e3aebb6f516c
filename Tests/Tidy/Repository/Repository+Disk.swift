import FoundationEssentials

extension Repository {
    /// What a build or a run leaves behind is not the repository.
    private static let leftOvers: Set<String> = [".git", ".swiftpm", "Benchmarks/results", "Package.resolved"]

    package init(readingFrom root: String) throws {
        var files: [RepositoryFile] = []
        try Self.read(root: root, folder: "", into: &files)
        self.init(files)
    }

    private static func read(root: String, folder: String, into files: inout [RepositoryFile]) throws {
        let manager = FileManager.default
        for name in try manager.contentsOfDirectory(atPath: folder.isEmpty ? root : "\(root)/\(folder)") {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            let location = "\(root)/\(path)"
            guard !isLeftOver(path) else { continue }
            var isFolder = false
            guard manager.fileExists(atPath: location, isDirectory: &isFolder) else { continue }
            if isFolder {
                try read(root: root, folder: path, into: &files)
            } else {
                let content = try Data(contentsOf: URL(filePath: location))
                let isExecutable = manager.isExecutableFile(atPath: location)
                files.append(RepositoryFile(path, String(decoding: content, as: UTF8.self), isExecutable: isExecutable))
            }
        }
    }

    private static func isLeftOver(_ path: String) -> Bool {
        leftOvers.contains(path) || path.hasPrefix(".build") || path.hasSuffix(".o")
            || (path.hasPrefix("reports/") && path != "reports/README.md")
    }

    /// The repository that a source file belongs to: the nearest folder above it that holds `Package.swift`.
    package static func root(above sourceFile: String) -> String? {
        var parts = sourceFile.split(separator: "/")
        while !parts.isEmpty {
            parts.removeLast()
            let folder = "/" + parts.joined(separator: "/")
            if FileManager.default.fileExists(atPath: "\(folder)/Package.swift") { return folder }
        }
        return nil
    }
}
