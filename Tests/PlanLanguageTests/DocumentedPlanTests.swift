import Testing

@Suite struct DocumentedPlanTests {
    private static let pages = ["README.md", "CONTRIBUTING.md"] + pages(under: "docs")

    private static func pages(under folder: String) -> [String] {
        Repository.files(in: folder, ending: "").filter { !$0.hasSuffix(".") }.flatMap { path in
            path.hasSuffix(".md") ? [path] : pages(under: path)
        }
    }

    private static func blocks() throws -> [DocumentedPlan] {
        try pages.flatMap { path in
            DocumentedPlan.blocks(of: path, String(decoding: try Repository.bytes(of: path), as: UTF8.self))
        }
    }

    @Test func `every plan of the documentation is right, and every fragment of one`() throws {
        let blocks = try Self.blocks()
        #expect(Set(blocks.map(\.path)).isSuperset(of: ["docs/safety.md", "docs/formats/recording.md"]))
        for block in blocks {
            do throws(DocumentedPlan.Fault) {
                let mistakes = try block.mistakes()
                #expect(mistakes.isEmpty, "\(mistakes)")
            } catch {
                Issue.record("\(block.description): \(error)")
            }
        }
    }

    @Test func `a broken block is told at its line of the page`() throws {
        let page = """
            # Page

            ```yaml
            plan: p
            target: {url: "http://127.0.0.1:1"}
            journeys: {pay: {steps: [GET /: {}]}}
            traffic: [{hold: {for: 1s, rat: 1/s}}]
            ```

              ```yaml fragment
              target:
                url: http://127.0.0.1:8080
                conections: 3
              ```

            ```yaml fragment
            guards: [p99 > 2s for 5s]
            ```

            ```yaml
            profile: p
            channels: {icbc: {timer: 10}}
            ```

            ```yaml profile fragment
            statement: {form: xls}
            ```
            """
        let blocks = DocumentedPlan.blocks(of: "page.md", page)
        #expect(blocks.map(\.line) == [3, 10, 16, 20, 25])
        let mistakes = try blocks.map { try $0.mistakes() }
        #expect(mistakes[0].hasPrefix("page.md:7:18: error: "), "\(mistakes[0])")
        #expect(mistakes[1].hasPrefix("page.md:13:3: error: "), "\(mistakes[1])")
        #expect(mistakes[2].isEmpty, "\(mistakes[2])")
        #expect(mistakes[3].hasPrefix("page.md:22:26: error: "), "\(mistakes[3])")
        #expect(mistakes[4].hasPrefix("page.md:26:19: error: "), "\(mistakes[4])")
    }

    @Test func `a block is a whole plan or says that it is none`() {
        for (tag, closing, fault) in [
            ("yaml", "```", DocumentedPlan.Fault.neitherWholeNorFragment), ("yml", "```", .unknownTag("yml")),
            ("yaml sketch", "```", .unknownTag("yaml sketch")), ("yaml fragment", "", .notClosed),
        ] {
            let blocks = DocumentedPlan.blocks(of: "page.md", "```\(tag)\nseed: 3\n\(closing)\n")
            #expect(blocks.count == 1)
            #expect(throws: fault) { try blocks.first?.mistakes() }
        }
    }
}
