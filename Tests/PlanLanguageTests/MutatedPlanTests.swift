import ChannelProfile
import Diagnostics
import PlanModel
import Testing

@testable import PlanLanguage

@Suite struct MutatedPlanTests {
    /// Pieces that structure, quoting, templates and aliases hang on.
    private static let pieces =
        [
            "{", "}", "[", "]", ": ", ", ", "- ", "\n", "\t", "\"", "'", "${", "}", "@", "&a ", "*a", "<<: *a", "? ",
            "| \n", "~",
            "0x", "\u{85}", "é", "\u{FEFF}", "%", "---\n", "...", "!!str ", "#", "-1", "1e999", ".nan",
        ].map { Array($0.utf8) } + [[0xFF], [0x00], [0xC3], [0xF0, 0x9F]]

    @Test(arguments: 1...4)
    func `a plan or profile with random damage is refused with places inside it, or is one`(seed: UInt64) throws {
        let files = Repository.files(in: "plans", ending: ".yaml") + Repository.files(in: "mocks", ending: ".yaml")
        let texts = try files.map { try Repository.bytes(of: $0) }
        var state = seed
        func drawn(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<60 {
            var bytes = texts[drawn(below: texts.count)]
            for _ in 0...drawn(below: 3) {
                let place = drawn(below: bytes.count)
                let end = min(bytes.count, place + drawn(below: 6))
                bytes.replaceSubrange(place..<end, with: Self.pieces[drawn(below: Self.pieces.count)])
            }
            let source = SourceText(name: "p", bytes: bytes)
            let plan = Plan.parse(source)
            check(plan.diagnostics, isRefused: plan.plan == nil, source, "seed \(seed), round \(round)")
            let profile = ChannelProfile.parse(source)
            check(profile.diagnostics, isRefused: profile.profile == nil, source, "seed \(seed), round \(round)")
        }
    }

    private func check(
        _ diagnostics: [Diagnostic], isRefused: Bool, _ source: SourceText, _ place: Comment
    ) {
        #expect(isRefused == diagnostics.contains { $0.severity == .error }, place)
        #expect(diagnostics.allSatisfy { $0.span?.source === source }, place)
        #expect(DiagnosticRenderer().render(diagnostics).isEmpty == diagnostics.isEmpty, place)
    }
}
