import Testing
import Tidy

@Suite struct RepositoryTests {
    @Test func `this repository is tidy`() throws {
        let root = try #require(Repository.root(above: #filePath))
        let repository = try Repository(readingFrom: root)
        // A scan that found no files would call any repository tidy.
        let paths = Set(repository.files.map(\.path))
        let known: Set = [
            "Package.swift", "README.md", ".ci/run", "scripts/test", "Tests/TidyTests/RepositoryTests.swift",
        ]
        #expect(known.subtracting(paths) == [])
        #expect(paths.filter { $0.hasPrefix(".git/") || $0.hasPrefix(".build") } == [])
        for violation in Tidiness().violations(in: repository) {
            Issue.record("\(violation)")
        }
    }

    @Test func `the executable bit is read from disk`() throws {
        let root = try #require(Repository.root(above: #filePath))
        let repository = try Repository(readingFrom: root)
        #expect(repository.files.first { $0.path == "scripts/test" }?.isExecutable == true)
        #expect(repository.files.first { $0.path == "README.md" }?.isExecutable == false)
    }

    @Test func `the page with the map names every target of the layer table`() throws {
        let root = try #require(Repository.root(above: #filePath))
        let repository = try Repository(readingFrom: root)
        let map = try #require(repository.files.first { $0.path == "docs/ARCHITECTURE.md" })
        let targets = LayerTable.spillway.entries.filter { $0.layer != .tool && $0.layer != .test }.map(\.target)
        #expect(targets.filter { !map.text.contains("`\($0)`") } == [])
    }

    @Test func `there is no repository above the root folder`() {
        #expect(Repository.root(above: "/nowhere/A.swift") == nil)
    }
}
