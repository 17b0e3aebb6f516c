import Testing

@testable import LoadDriver

@Suite struct MetricSelectorTests {
    private func value(_ selector: String, _ page: String) throws -> Double? {
        let selector = try #require(MetricSelector(selector))
        return MetricReader([selector]).values(in: Array(page.utf8))[0]
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

    @Test func `labels match whole, in any order, with what is escaped, and each by itself`() throws {
        let page = #"""
            depth{b="2",a="1"} 1
            depth{ a="1", b="2",} 2
            depth{a="1",a="1"} 4
            depth{a="1\\"} 8
            depth{a="\"\n"} 16
            depths{a="1",b="2"} 32
            depth{a="1",b="22"} 64
            depth{a="1" 128
            depth{a=1} 256
            """#
        #expect(try value(#"depth{a="1",b="2"}"#, page) == 3)
        #expect(try value(#"depth{a="1"}"#, page) == 71)
        #expect(try value(#"depth{a="1\\"}"#, page) == 8)
        #expect(try value(#"depth{a="\"\n"}"#, page) == 16)
        #expect(try value("depths", page) == 32)
        #expect(try value(#"depth{c="1"}"#, page) == nil)
    }

    @Test func `a page is read once for all selectors, each at its place`() {
        let selectors = ["up", #"depth{a="1"}"#, "none", "depth", "up"].map { MetricSelector($0) }
        let page = Array("depth{a=\"1\"} 2\ndepth 3\r\nup\t1 1700000000000\n#up 5\nup\n".utf8)
        #expect(MetricReader(selectors + [nil]).values(in: page) == [1, 2, nil, 5, 1, nil])
        #expect(MetricReader([]).values(in: page).isEmpty)
    }

    @Test(arguments: ["", "{}", "depth x", #"depth{a="1"#, "depth{a=1}", #"depth{="1"}"#, #"depth{a="1"}x"#])
    func `what is no selector is none`(text: String) {
        #expect(MetricSelector(text) == nil)
    }
}
