import JSON
import StackVocabulary
import Testing
import Timebase

struct StackSettingTests {
    /// No field has its default.
    private static var other: StackSetting {
        var setting = StackSetting()
        setting.cores = 7
        setting.service = ServiceCosts(pay: .nanoseconds(500_001))
        setting.merchants = 12
        setting.merchantRate = 2.5
        setting.queueMax = 9
        setting.queueAgeMax = .milliseconds(30)
        setting.deadline = .milliseconds(1_500)
        setting.bankTimeout = .milliseconds(700)
        setting.bankConnections = 31
        setting.bankPipeline = 4
        setting.breaker.failureShare = 0.25
        setting.breaker.probes = 2
        setting.query.first = .seconds(1)
        setting.query.rate = 7
        setting.notify.attemptsMax = 2
        setting.notify.timeout = .milliseconds(900)
        setting.amountMax = 5_000
        setting.isolation = .databases
        setting.defects = [.metastableRetries, .unboundedQueue]
        return setting
    }

    @Test func `a setting is handed over in one line, and arrives as it was`() throws {
        for setting in [StackSetting(), Self.other] {
            let line = setting.json.written(.compact)
            #expect(!line.contains("\n"))
            #expect(try StackSetting(handedOver: JSONValue(parsing: Array(line.utf8))) == setting)
            #expect(try StackSetting(stored: JSONPlace(JSONValue(parsing: Array(line.utf8)))) == setting)
        }
    }

    @Test func `nothing of a setting is left behind`() throws {
        let properties = Mirror(reflecting: Self.other).children.count
        #expect(Self.other.json.members?.count == properties)
        for name in ["service", "breaker", "query", "notify"] {
            let part = try #require(Mirror(reflecting: Self.other).children.first { $0.label == name }?.value)
            var mirror = Mirror(reflecting: part)
            if mirror.displayStyle == .optional, let inside = mirror.children.first {
                mirror = Mirror(reflecting: inside.value)
            }
            #expect(Self.other.json[name]?.members?.count == mirror.children.count, "\(name)")
        }
    }

    @Test func `defects are written in their own order, whatever that of the set is`() {
        #expect(Self.other.json["defects"]?.elements?.map(\.string) == ["unbounded-queue", "metastable-retries"])
    }

    private func handOver(_ change: (String, JSONValue?)) -> String? {
        var members = StackSetting().json.members ?? []
        members.removeAll { $0.0 == change.0 }
        if let value = change.1 { members.append((change.0, value)) }
        do throws(JSONPlace.Fault) {
            _ = try StackSetting(handedOver: .object(members))
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `what is handed over is whole, known, and within its bounds`() {
        #expect(handOver(("cores", nil)) == "'cores' is missing")
        #expect(handOver(("colour", .text("red"))) == "'colour' is not known")
        #expect(handOver(("cores", .count(0 as Int))) == "cores: expected a whole number from 1 to 64")
        #expect(handOver(("cores", .text("2"))) == "cores: expected a whole number from 1 to 64")
        #expect(
            handOver(("deadline_ms", .number(-1)))
                == "deadline_ms: expected a time in milliseconds, from 1ms to 86400s")
        #expect(handOver(("isolation", .text("none"))) == "isolation: expected one of 'tables', 'databases'")
        #expect(handOver(("defects", .texts(["zebra"]))) == "defects[0]: there is no 'zebra'")
        #expect(handOver(("breaker", .object([]))) == "breaker: 'failure_share' is missing")
        #expect(handOver(("merchant_rate_per_s", nil)) == nil)
    }

    @Test func `a report of another version is read as far as it is known`() throws {
        let text = #"{"cores": 3, "colour": "red", "defects": ["slow-shed", "zebra"]}"#
        let setting = try StackSetting(stored: JSONPlace(JSONValue(parsing: Array(text.utf8))))
        #expect(setting.cores == 3 && setting.defects == [.slowShed] && setting.queueMax == StackSetting().queueMax)
    }

    @Test func `every defect says what is wrong and who must see it`() {
        for defect in Defect.allCases { #expect(!defect.wrong.isEmpty && !defect.caughtBy.isEmpty) }
    }
}
