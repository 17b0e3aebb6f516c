import PlanValues
import StackVocabulary
import Testing
import Timebase

@testable import SpillwayCLI

@Suite struct StackCommandTests {
    @Test(arguments: [
        ("--defect no-limitr", "there is no defect 'no-limitr'; did you mean 'no-limiter'?"),
        ("--defect zebra", "there is no defect 'zebra'; 'spillway stack --list-defects' lists them"),
        ("--cores 0", "'--cores 0' needs a whole number from 1 to 64"),
        ("--pay-cost 500", "'--pay-cost 500' needs a whole number with its unit; write '--pay-cost 500us'"),
        ("--merchant-rate 5", "'--merchant-rate 5' needs a unit; write '5/s' or '300/min'"),
        ("--merchant-rate 0/s", "'--merchant-rate 0/s' lets nothing through; write '--merchant-rate 100/s'"),
        ("--channels icbc", "'--channels icbc' needs a name; write '--channels icbc=URL'"),
        ("--channels icbc=here", "'--channels': 'here' is no URL; write 'http://127.0.0.1:9101'"),
        (
            "--channels icbc=http://127.0.0.1:1/v1",
            "'--channels': the paths of 'http://127.0.0.1:1/v1' begin at its root; leave '/v1' out"
        ),
        ("--channels a=http://h:1,a=http://h:2", "'--channels' names 'a' twice"),
        (
            "--channels a=http://h:1 --live-channels a=http://h:1",
            "'a' is the same for live and shadow payments; they never meet at one bank"
        ),
        (
            "--channels icbc=http://h:1 --idempotency icbd=none",
            "'--idempotency' speaks of 'icbd', and no channel is called so; did you mean 'icbc'?"
        ),
        ("--notify-allow 10.0.0.1/8", "'--notify-allow 10.0.0.1/8' is no network; write '--notify-allow 10.20.0.0/16'"),
        (
            "--operator 10.0.0.1:1",
            "'--operator 10.0.0.1:1' is not on loopback; the operator's place is this machine alone"
        ),
        ("--setting {}", "'--setting': 'cores' is missing"),
        ("--colour red", "there is no option '--colour'; 'spillway stack --help' lists them"),
    ])
    func `a stack that cannot be started so says what to write`(words: String, complaint: String) {
        let saying = Saying("stack " + words)
        #expect(saying.code == .usage)
        #expect(saying.talk == ["error: \(complaint)"])
        #expect(saying.results.isEmpty)
    }

    @Test func `every defect is listed, with what is wrong and who must say so`() {
        let saying = Saying("stack --list-defects")
        #expect(saying.code == .success && saying.results.count == Defect.allCases.count + 1)
        for (line, defect) in zip(saying.results.dropFirst(), Defect.allCases) {
            #expect(line.hasPrefix(defect.name + " ") && line.contains(defect.wrong))
            #expect(line.hasSuffix(defect.caughtBy))
        }
    }

    @Test func `what is written arrives in the setting and at the banks`() throws {
        let words = """
            --channels icbc=http://127.0.0.1:1,abc=http://127.0.0.1:2 --live-channels icbc=http://127.0.0.1:3 \
            --idempotency icbc=Cko-Idempotency-Key --idempotency abc=none --keeps-declines abc --callback-key abc=ABC_KEY --cores 3 \
            --pay-cost 2ms --defect slow-shed --isolation databases --merchants 7 --merchant-rate 120/min --seed 4
            """
        let start = try StackStart(Arguments(words.split(separator: " ").map(String.init), for: StackCommand.command))
        var setting = StackSetting()
        setting.cores = 3
        setting.service = ServiceCosts(pay: .milliseconds(2))
        setting.defects = [.slowShed]
        setting.isolation = .databases
        setting.merchants = 7
        setting.merchantRate = 2
        #expect(start.setting == setting && start.seed == 4 && start.database == nil)
        #expect(start.banks.map(\.name) == ["icbc", "abc"])
        #expect(start.banks.map(\.shadow?.port) == [1, 2] && start.banks.map(\.live?.port) == [3, nil])
        #expect(start.banks.map(\.idempotencyField) == ["Cko-Idempotency-Key", nil])
        #expect(start.banks.map(\.keepsDeclines) == [false, true])
        #expect(start.banks.map(\.keyVariable) == [nil, "ABC_KEY"])
    }

    @Test func `the figures at the end are sums of the stack's own, by namespace`() {
        let text = """
            # HELP offered_total x
            spillway_stack_offered_total{namespace="live",tier="pay"} 2
            spillway_stack_offered_total{namespace="shadow",tier="pay"} 1200
            spillway_stack_offered_total{namespace="shadow",tier="query"} 34
            spillway_stack_unheard_of{namespace="shadow"} 5
            spillway_stack_payments_total{namespace="shadow"} 1100
            """
        #expect(
            StackFigures.table(ofMetrics: text).lines.map { $0.split(separator: " ").joined(separator: " ") } == [
                "live shadow", "offered 2 1,234", "payments 0 1,100",
            ])
    }
}
