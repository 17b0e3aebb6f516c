import Glibc
import Testing

@testable import PlanLanguage

@Suite struct ReferenceTests {
    @Test(arguments: [
        ("schema/plan.schema.json", PlanSchema.text(of: .plan)),
        ("docs/reference/plan.md", PlanReference.text(of: .plan)),
        ("schema/profile.schema.json", PlanSchema.text(of: .profile)),
        ("docs/reference/profile.md", PlanReference.text(of: .profile)),
    ])
    func `schema and reference say what the grammar says`(path: String, text: String) throws {
        if unsafe getenv("RECORD_GOLDEN") != nil {
            try Repository.write(text, to: path)
            Issue.record("\(path) is written anew; run again without RECORD_GOLDEN")
            return
        }
        let isFresh = try Repository.bytes(of: path) == Array(text.utf8)
        #expect(isFresh, "\(path) is out of date; RECORD_GOLDEN=1 scripts/test --filter ReferenceTests writes it")
    }
}
