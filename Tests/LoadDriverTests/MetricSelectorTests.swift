import Testing

@testable import LoadDriver

@Suite struct MetricSelectorTests {
    private func value(_ selector: String, _ page: String) throws -> Double? {
        try #require(MetricSelector(selector)).value(in: Array(page.utf8))
    }

    @Test func `what matches is summed, and nothing else`() throws {
        let page =
            "# HELP depth waiting\ndepth{queue=\"a\",shard=\"1\"} 17 176281\ndepth{queue=\"a\"} 3e1\ndepth{queue=\"b\"} 5\n"
        #expect(try value("depth{queue=\"a\"}", page) == 47)
        #expect(try value("depth", page) == 52)
        #expect(try value("dept", page) == nil)
    }

    @Test func `what has no sum is no value, which a guard could never trip on`() throws {
        #expect(try value("up", "up +Inf\nup -Inf\n") == nil)
        #expect(try value("up", "up NaN\nup 1\n") == 1)
        #expect(try value("up", "up +Inf\n") == .infinity)
    }
}
