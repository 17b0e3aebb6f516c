import Testing
import Tidy

@Suite struct NamingTests {
    private let path = "Sources/HTTPWire/A.swift"

    @Test(arguments: ["SocketManager", "SocketHelper", "Helpers", "SocketUtils", "SocketUtilities"])
    func `a file or type named for nothing in the domain is found`(name: String) {
        let noun = ["Manager", "Helpers", "Helper", "Utils", "Utilities"].first { name.hasSuffix($0) } ?? ""
        let file = "Sources/HTTPWire/\(name).swift"
        #expect(
            violations(RepositoryFile(file, ""))
                == ["\(file):1: the file name says '\(noun)'; name it for what it is in the domain"])
        let script = "scripts/lib/\(name).sh"
        #expect(violations(RepositoryFile(script, "")).count == 1)
        #expect(
            violations(RepositoryFile(path, "\nfinal class \(name) {}"))
                == ["\(path):2: the type '\(name)' says '\(noun)'; name it for what it is in the domain"])
    }

    @Test func `using another library's manager is not naming one`() {
        #expect(violations(RepositoryFile(path, "let a = FileManager.default")) == [])
    }

    @Test func `a file may have 700 lines and no more`() {
        #expect(violations(RepositoryFile(path, String(repeating: "\n", count: 700))) == [])
        #expect(
            violations(RepositoryFile(path, String(repeating: "\n", count: 701)))
                == ["\(path):701: 701 lines; split it by type, at most 700"])
    }

    @Test(arguments: [
        "@Test func works() {}", "@Test(arguments: [\"a\", f { 1 }]) func works() {}",
        "@Test @available(*, noasync) package static func `works`() async throws {}",
    ])
    func `a test without a sentence for a name is found`(code: String) {
        let path = "Tests/HTTPWireTests/A.swift"
        #expect(
            violations(RepositoryFile(path, "\n" + code)) == [
                "\(path):2: the test 'works' does not state a behaviour; name it with a sentence in backticks"
            ])
        let sentence = code.replacing("`works`", with: "works").replacing("works", with: "`it works`")
        #expect(violations(RepositoryFile(path, sentence)) == [])
    }
}
