import Diagnostics
import PlanLanguage
import PlanModel
import PlanValues

/// The first own plan of somebody: whole, commented, and right as it stands; for the embedded stack with banks of its own, or
/// for a stack that is already there.
///
/// It is text and no more: nothing is written here, and what it says is checked like any other plan.
struct StarterPlan {
    /// As it was asked for: where the plan shall stand.
    let path: String
    let template: PlanTemplate
    /// What is driven, and how, where it is not the embedded stack.
    private let outside: (target: HTTPAddress, course: PlanTemplate.Course)?

    /// Nil for a template that is of the embedded stack alone, and a target that is none.
    init?(path: String, template: PlanTemplate, target: HTTPAddress?) {
        let file = path.split(separator: "/").last ?? ""
        self.path = file.contains(".") ? path : path + ".yaml"
        self.template = template
        guard let target else {
            outside = nil
            return
        }
        guard let course = template.gentle else { return nil }
        outside = (target, course)
    }

    // MARK: Names

    private var file: String { path.split(separator: "/").last.map(String.init) ?? path }
    private var folder: String { String(path.dropLast(file.count)) }

    /// The file's name without its ending, in the letters that a plan's name may have; empty when none is left.
    var name: String {
        let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file[...]
        let letters = stem.map { character in
            let isSpelled = character.isASCII && (character.isLetter || character.isNumber || "_.-".contains(character))
            return isSpelled ? character : "-"
        }
        return String(letters.drop { !$0.isLetter && !$0.isNumber }.prefix(nameLengthMax))
    }

    /// A plan's name has 64 at most, and its banks are called after it.
    private var nameLengthMax: Int { 64 - StarterPlan.banksEnding.count }
    private static let banksEnding = "-banks"

    private var banksFile: String { name + Self.banksEnding + ".yaml" }

    // MARK: Documents

    /// By path, in the order in which they are to be written.
    var documents: [(path: String, text: String)] {
        if let outside { return [(path: path, text: text(for: outside.target, outside.course))] }
        return [(path: folder + banksFile, text: banks), (path: path, text: embeddedText)]
    }

    /// What is wrong with it, which is nothing but for strange names.
    var diagnostics: [Diagnostic] {
        documents.last.map { Plan.parse(SourceText(name: $0.path, bytes: Array($0.text.utf8))).diagnostics } ?? []
    }

    private static func joined(_ parts: [String?]) -> String {
        parts.compactMap(\.self).joined(separator: "\n\n") + "\n"
    }

    // MARK: The embedded stack

    private var embeddedText: String {
        Self.joined([
            head("spillway rehearse \(path)    runs it whole in virtual time: seconds, and nobody is contacted"),
            """
            # What the traffic goes to: Spillway's own payment stack. For yours write url: "http://127.0.0.1:8080" instead.
            target: {stack: embedded, connections: 600, timeout: 5s}

            # Two places to work at, and 8 ms of them for a payment: it holds 250 payments a second, and sheds the rest.
            stack:
              cores: 2
              service: 8ms
              limits: {queue: 100, age: 200ms}
              deadline: 3s
              bank: {timeout: 1s}
              query: {first: 2s}                        # of a payment whose bank said nothing
              defects: []                               # planted on purpose: spillway stack --list-defects

            # The mock banks behind it, and live payments beside the drill's, so that it is seen that the two stay apart.
            channels: \(banksFile)
            shadow: {control: 2/s}
            # Where merchants are told what became of their payments.
            webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}
            """, Self.data, Self.journeys, template.traffic, template.observed, Self.guards,
            """
            # What it is held to. A target that could not be judged is no pass.
            targets:
            \(template.targets)
              # Every payment is held against the books, the banks' statements, and what merchants were told.
              - money: strict
              - isolation: strict
            \(Self.generator)
            """,
        ])
    }

    private static let data = """
        data:
          merchant: {pool: 500, pick: zipf 1.1}         # a few of them have most of the trade
          amount: {minor: lognormal p50=4900 p99=250000, currency: EUR}
        """

    private static let journeys = """
        # What somebody does who arrives, by weight.
        journeys:
          pay:
            weight: 8
            priority: critical
            steps:
              - POST /v1/payments:
                  headers: {Idempotency-Key: "${id}", X-Merchant: "${merchant}"}
                  json: {amount: "${amount}", currency: EUR, notify: "${webhook}"}
                  expect: {status: [201, 202]}
                  keep: {payment: $.id}
              - await webhook payment.captured: {within: 10s}
          ask:
            weight: 2
            priority: low
            steps:
              - GET /v1/payments/${recent.payment}: {expect: {status: 200}}
        """

    private static let guards = """
        # What ends the drill early.
        guards:
          - error ratio > 50% for 5s
        """

    private static let generator = """
          # A laptop under load is late now and then; a drill that decides something leaves this at 1 ms.
          - generator: {lag p99: 50ms}
        """

    private var banks: String {
        """
        # The mock banks of \(file). All figures are this drill's choice: put those of your banks in their place.
        # Every key: docs/reference/profile.md. To play with them: spillway mock \(folder)\(banksFile)
        profile: \(name)\(Self.banksEnding)
        about: two banks on a good day, one of which asks for patience
        seed: 1

        channels:
          direct:
            about: answers at once, and declines some
            idempotency: stripe-v1
            capacity: {concurrency: 512, queue: 2048}
            latency: lognormal p50=15ms p99=60ms max=2s
            outcome: {decline: {insufficient_funds: 3%, do_not_honour: 1%}}
          patient:
            about: answers 'pending' now and then, and calls back
            idempotency: stripe-v1
            capacity: {concurrency: 512, queue: 2048}
            latency: lognormal p50=25ms p99=90ms max=2s
            outcome: {pending: 20%}
            settlement: lognormal p50=150ms p99=800ms max=2s
            callback: {delay: lognormal p50=20ms p99=150ms, duplicate: 2%}

        """
    }

    // MARK: A stack that is already there

    private func text(for target: HTTPAddress, _ course: PlanTemplate.Course) -> String {
        Self.joined([
            head("spillway rehearse --arrivals \(path)    draws the traffic, and sends nothing"),
            """
            # What the traffic goes to. A host that is not this machine is allowed twice: here, and with --allow on the command line.
            target:
              url: "\(target)"
              \(allowance)
              connections: 100
              timeout: 5s
            """,
            """
            data:
              amount: {minor: lognormal p50=4900 p99=250000, currency: EUR}
            """,
            """
            # What somebody does who arrives: put your own requests here.
            journeys:
              pay:
                steps:
                  - POST /v1/payments:
                      headers: {Idempotency-Key: "${id}"}
                      json: {amount: "${amount}", currency: EUR}
                      expect: {status: [200, 201, 202]}

            # Which statuses are no errors.
            classify: {shed: [429, 503], declined: [402], unknown: [504]}
            """, course.traffic, Self.guards,
            """
            # What it is held to. A target that could not be judged is no pass.
            targets:
            \(course.targets)
            \(Self.generator)
              # Money is judged once 'evidence' says where the stack keeps its books (docs/outside-stacks.md):
              # - money: [M2, M3]
            """,
        ])
    }

    private var allowance: String {
        guard needsPermission else { return "allow: [127.0.0.0/8, \"::1/128\"]" }
        return network.map { "allow: [\"\($0)\"]" }
            ?? "# allow: [10.20.0.0/16]                     # the network of that host"
    }

    /// The target's own address, where it is written as one.
    private var network: NetworkBlock? { outside.flatMap { NetworkBlock($0.target.host) } }

    /// Whether it is another machine, as far as its address or name tells.
    private var needsPermission: Bool {
        guard let host = outside?.target.host, host != "localhost" else { return false }
        guard let network else { return true }
        return !["127.0.0.0/8", "::1/128"].compactMap(NetworkBlock.init).contains { $0.contains(network.bytes) }
    }

    // MARK: What is next

    private func head(_ rehearsal: String) -> String {
        """
        # \(name): \(template.about).
        #
        #     spillway check \(path)    says what is wrong with it, at its place
        #     \(rehearsal)
        #     spillway run \(path)    runs it
        #
        # Every line may be changed. All words: docs/reference/plan.md; an editor completes them with 'spillway schema'.
        plan: \(name)
        about: \(template.about)
        seed: 1                                         # arrivals, data and faults follow from it
        """
    }

    /// Commands to go on with.
    var nextCommands: [String] {
        let permission = needsPermission ? " --allow \(network?.description ?? "NETWORK")" : ""
        let rehearsal = outside == nil ? "rehearse" : "rehearse --arrivals"
        return ["check \(path)", "\(rehearsal) \(path)", "run \(path)\(permission)"].map { "spillway " + $0 }
    }
}
