import ChannelProfile
import Diagnostics
import PlanModel
import PlanValues
import Testing
import Timebase

@testable import PlanLanguage

@Suite struct ProfileParseTests {
    private static let small = """
        profile: p
        channels:
          icbc: {latency: 5ms}

        """

    private func profile(_ text: String, _ overrides: [String] = []) throws -> ChannelProfile {
        let outcome = ChannelProfile.parse(SourceText(name: "p", text: text), overrides: overrides)
        #expect(DiagnosticRenderer().render(outcome.diagnostics) == "")
        return try #require(outcome.profile)
    }

    @Test(arguments: BrokenProfile.all)
    func `a broken profile says what is wrong, where, and what to write`(broken: BrokenProfile) {
        let outcome = ChannelProfile.parse(SourceText(name: "p", text: broken.text))
        #expect(outcome.profile == nil)
        let words = DiagnosticRenderer(width: 110).render(outcome.diagnostics)
        #expect(words == broken.words)
    }

    @Test(arguments: Repository.files(in: "mocks", ending: ".yaml"))
    func `every profile of the repository is right`(path: String) throws {
        let source = SourceText(name: path, bytes: try Repository.bytes(of: path))
        let outcome = ChannelProfile.parse(source)
        #expect(DiagnosticRenderer().render(outcome.diagnostics) == "")
        let profile = try #require(outcome.profile)
        #expect(path == "mocks/\(profile.name).yaml")
        #expect(Document(of: source) == .profile)
    }

    @Test func `there are profiles to read`() {
        #expect(Repository.files(in: "mocks", ending: ".yaml").count >= 6)
    }

    @Test func `the retailer's banks are what their text says`() throws {
        let text = String(decoding: try Repository.bytes(of: "mocks/cn-retail.yaml"), as: UTF8.self)
        let profile = try profile(text)
        #expect(profile.seed == 20_260_101)
        #expect(profile.allow.map(\.value.description) == ["127.0.0.0/8"])
        #expect(profile.channels.map(\.name.value) == ["icbc", "abc", "ccb", "cmb"])
        #expect(profile.statement == StatementRule())
        let icbc = profile.channels[0]
        #expect(icbc.listen?.value.port == 9_101)
        #expect(icbc.idempotency == .stripeV1)
        #expect(icbc.untagged == .refuse)
        #expect(icbc.capacity == Capacity(concurrency: 64, queue: 256, quota: Rate(perSecond: 800)))
        #expect(icbc.latency == .lognormal(p50: .milliseconds(35), p99: .milliseconds(250), max: .seconds(10)))
        #expect(icbc.outcome.approve == Ratio(0.93))
        #expect(icbc.outcome.declines.map(\.reason) == ["insufficient_funds", "do_not_honour"])
        #expect(icbc.query == QueryRule(quota: Rate(perSecond: 500), minAge: .seconds(90), maxPerPayment: 3))
        let callback = try #require(icbc.callback)
        #expect(callback.lost == Ratio(0.002))
        #expect(callback.retries == .schedule(name: "wechat", waits: RetryPreset.wechat.waits, speed: 600))
        #expect(profile.faults.map(\.at.value.offset.seconds) == [600, 660, 710, 740, 810, 850, 880, 940, 1_040])
        #expect(profile.faults[1].effects == [.timeout(rate: Ratio(0.3), charged: Ratio(0.6))])
        #expect(profile.faults[3].match.bin == "4111")
    }

    @Test func `defaults are filled in`() throws {
        let profile = try profile(Self.small)
        let channel = profile.channels[0]
        #expect(profile.seed == 1)
        #expect(channel.listen == nil)
        #expect(channel.latency == .constant(.milliseconds(5)))
        #expect(channel.latency(of: .query) == .constant(.milliseconds(5)))
        #expect(channel.outcome.approve == Ratio(1))
        #expect(channel.capacity == Capacity())
        #expect(channel.callback == nil)
        #expect(channel.fixedAnswer == nil)
    }

    @Test func `what a channel has beyond the usual is read`() throws {
        let profile = try profile(
            """
            profile: p
            channels:
              rail:
                about: a slow one
                shadow: {untagged: alarm}
                latency: uniform min=1s max=2s
                operations: {query: {latency: 5ms}, transfer: {latency: exponential 3s}}
                timer: 10s
                outcome: {decline: {sanctions_hit: 2.5%, account_closed: 0.5%}, pending: 40%}
                settlement: lognormal p50=30m p99=24h
                callback: {delay: 1s, before-answer: 5%, retries: [1s, 5s, 1m], key: "${env.RAIL_KEY}"}
                cut-off: {opens: 1m, closes: 6m, day: 10m}
              wall: {answer: {status: 201, json: {ok: true, list: [1, 2.5, null], text: "a\\"b"}}}
              bare: {answer: {status: 204}}
            faults:
              - at: 1m
                for: 10s
                channel: rail
                rate: 20%
                where: {merchant: m-1, amount: {at least: 100, at most: 500}, operation: [transfer, query]}
                latency: {add: 2s}
            statement: {form: ndjson, missing: 0.01%, extra: 0.02%, off-by-one: 0.03%}

            """)
        let rail = profile.channels[0]
        #expect(rail.untagged == .alarm)
        #expect(rail.latency(of: .query) == .constant(.milliseconds(5)))
        #expect(rail.latency(of: .transfer) == .exponential(mean: .seconds(3)))
        #expect(rail.latency(of: .refund) == .uniform(min: .seconds(1), max: .seconds(2)))
        #expect(rail.timer == .seconds(10))
        #expect(rail.outcome.approve == Ratio(0.97))
        #expect(rail.outcome.pending == Ratio(0.4))
        #expect(rail.settlement == .lognormal(p50: .seconds(1_800), p99: .seconds(86_400), max: nil))
        #expect(rail.callback?.beforeAnswer == Ratio(0.05))
        #expect(rail.callback?.keyVariable?.value == "RAIL_KEY")
        #expect(
            rail.callback?.retries
                == .schedule(name: "own", waits: [.seconds(1), .seconds(5), .seconds(60)], speed: 1))
        #expect(rail.cutOff == CutOff(opens: .seconds(60), closes: .seconds(360), day: .seconds(600)))
        let body = #"{"ok":true,"list":[1,2.5,null],"text":"a\"b"}"#
        #expect(profile.channels[1].fixedAnswer == FixedAnswer(status: 201, body: Array(body.utf8)))
        #expect(profile.channels[2].fixedAnswer == FixedAnswer(status: 204, body: []))
        let fault = profile.faults[0]
        #expect(fault.rate == Ratio(0.2))
        #expect(fault.match == PaymentMatch(merchant: "m-1", amount: 100...500, operations: [.transfer, .query]))
        #expect(
            profile.statement
                == StatementRule(form: .ndjson, missing: Ratio(0.0001), extra: Ratio(0.0002), offByOne: Ratio(0.0003)))
    }

    @Test(arguments: [
        ("none", CallbackRetries.none),
        ("alipay", .schedule(name: "alipay", waits: RetryPreset.alipay.waits, speed: 1)),
        ("[]", nil), ("{waits: [1s], speed: 2x}", .schedule(name: "own", waits: [.seconds(1)], speed: 2)),
    ])
    func `retries have three forms`(text: String, retries: CallbackRetries?) {
        let source = "profile: p\nchannels: {a: {callback: {delay: 1s, retries: \(text)}}}\n"
        #expect(
            ChannelProfile.parse(SourceText(name: "p", text: source)).profile?.channels[0].callback?.retries == retries)
    }

    @Test func `values are replaced from the command line, in the only channel as in one of many`() throws {
        let profile = try profile(
            "profile: p\nchannels:\n  icbc: {callback: {delay: 1s}}\n  ccb:\n",
            ["channels.icbc.latency=7ms", "channels.icbc.callback.lost=1%", "channels.ccb.timer=2s", "seed=9"])
        #expect(profile.channels[0].latency == .constant(.milliseconds(7)))
        #expect(profile.channels[0].callback?.lost == Ratio(0.01))
        #expect(profile.channels[1].timer == .seconds(2))
        #expect(profile.seed == 9)
        let alone = try self.profile(
            "profile: p\nchannels: {icbc: {callback: {delay: 1s}}}\n", ["channels.icbc.latency=7ms"])
        #expect(alone.channels[0].latency == .constant(.milliseconds(7)))
    }

    @Test func `an included file adds channels, and never replaces one`() throws {
        let other = SourceText(name: "o", text: "channels: {ccb: {timer: 3s}}\n")
        let text = "profile: p\ninclude: o\nchannels: {icbc: {}}\n"
        let outcome = ChannelProfile.parse(SourceText(name: "p", text: text)) { _ in other }
        #expect(try #require(outcome.profile).channels.map(\.name.value) == ["icbc", "ccb"])
        let again = SourceText(name: "o", text: "channels: {icbc: {timer: 3s}}\nfaults: []\n")
        #expect(
            ChannelProfile.parse(SourceText(name: "p", text: text)) { _ in again }.diagnostics.map(\.message) == [
                "two channels are called 'icbc'", "an included file has no 'faults'",
            ])
    }

    @Test func `a secret's name is compared with the environment, and its absence is a warning`() {
        let text = "profile: p\nchannels: {a: {callback: {delay: 1s, key: '${env.KEY}'}}}\n"
        let outcome = ChannelProfile.parse(SourceText(name: "p", text: text), environment: [:])
        #expect(outcome.profile != nil)
        #expect(outcome.diagnostics.map(\.message) == ["the environment has no 'KEY'"])
        #expect(ChannelProfile.parse(SourceText(name: "p", text: text), environment: ["KEY": "x"]).diagnostics.isEmpty)
    }

    @Test(arguments: [
        ("profile: p\n", Document.profile), ("# note\n\n---\nprofile: p\n", .profile), ("{profile: p}", .profile),
        ("\"profile\": p", .profile), ("\u{FEFF}profile: p", .profile), ("plan: p\nprofile: q\n", .plan), ("", .plan),
        ("# profile: p\nplan: p\n", .plan), ("seed: 3\n", .plan),
    ])
    func `plans and profiles are told apart by their first key`(text: String, document: Document) {
        #expect(Document(of: SourceText(name: "p", text: text)) == document)
    }
}
