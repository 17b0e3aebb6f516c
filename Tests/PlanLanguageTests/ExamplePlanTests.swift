import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues
import Testing
import Timebase

@testable import PlanLanguage

@Suite struct ExamplePlanTests {
    @Test(arguments: Repository.files(in: "plans", ending: ".yaml"))
    func `every plan of the repository is right`(path: String) throws {
        let source = SourceText(name: path, bytes: try Repository.bytes(of: path))
        let outcome = Plan.parse(source, readsChannels: true) { other throws(IncludeError) in
            do {
                return SourceText(name: other, bytes: try Repository.bytes(of: "plans/" + other))
            } catch {
                throw IncludeError("\(error)")
            }
        }
        #expect(DiagnosticRenderer().render(outcome.diagnostics) == "")
        let plan = try #require(outcome.plan)
        #expect(path == "plans/\(plan.name).yaml")
    }

    @Test func `there are plans to read`() {
        #expect(Repository.files(in: "plans", ending: ".yaml").count >= 4)
    }

    @Test func `the flash sale is what its text says`() throws {
        let source = SourceText(name: "p", bytes: try Repository.bytes(of: "plans/flash-sale.yaml"))
        let plan = try #require(Plan.parse(source).plan)
        #expect(plan.seed == 20_261_111)
        #expect(plan.journeys.map(\.name.value) == ["pay", "query", "refund"])
        #expect(plan.journeys.map(\.weight) == [70, 25, 5])
        #expect(plan.journeys[0].retry?.causes == [.timeout])
        #expect(plan.journeys[0].retry?.backoff == .exponential(first: .milliseconds(100)))
        #expect(plan.traffic.map(\.name.value) == ["warm-up", "ramp", "baseline", "flash", "after"])
        #expect(plan.traffic.map(\.countsForVerdicts) == [false, true, true, true, true])
        #expect(
            plan.traffic.compactMap(\.load.span) == [
                .seconds(10), .seconds(60), .seconds(60), .seconds(10), .seconds(60),
            ])
        #expect(plan.traffic[3].mix.map(\.weight) == [95, 5])
        #expect(plan.faults.map(\.effects.count) == [1, 1])
        #expect(plan.faults[0].effects == [.latency(multiply: .init(8), add: nil)])
        #expect(plan.guards.map(\.subject) == [.errorRatio, .series("order_queue"), .requests])
        #expect(plan.guards.map(\.limit) == [0.2, 5_000, 5_000_000])
        #expect(plan.targets.map(\.name).count == 15)
        guard case .request(let request) = plan.journeys[1].steps[0].action else { throw YAMLShapeError() }
        #expect(request.method == "GET")
        #expect(request.path.references.map(\.path) == [["recent", "payment"]])
        let span = try #require(request.path.references.first?.span)
        #expect(String(decoding: source.bytes[span.range], as: UTF8.self) == "${recent.payment}")
    }
}
