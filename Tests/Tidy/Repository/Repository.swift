/// The files that the rules look at. A value, so that a test can plant a repository in memory.
package struct Repository: Sendable {
    package var files: [RepositoryFile]

    package init(_ files: [RepositoryFile]) {
        self.files = files.sorted { $0.path < $1.path }
    }

    /// Every file and every folder that leads to one.
    var paths: Set<String> {
        var paths: Set<String> = [""]
        for file in files {
            let parts = file.path.split(separator: "/")
            for count in 1...parts.count { paths.insert(parts.prefix(count).joined(separator: "/")) }
        }
        return paths
    }
}
