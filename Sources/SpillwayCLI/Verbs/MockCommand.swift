import ChannelMock
import ChannelProfile
import Cryptography
import Diagnostics
import EventLoop
import Glibc
import Peers
import PlanLanguage
import PlanValues
import ShadowTag
import Timebase

/// `spillway mock`: serves the banks of a profile, for a drill or for a person who plays.
enum MockCommand {
    static let command = Command(
        name: "mock",
        summary: "serve the mock banks of a profile",
        about: [
            "Each channel listens where the profile says, or at a free port; it authorises, captures,",
            "refunds, transfers, answers queries, calls back and fails as the profile says. An admin",
            "listener on loopback takes faults and tells statements while they run. Ctrl-C ends it.",
            "",
            "The admin token is that of SPILLWAY_MOCK_TOKEN; without one it is made and told. Marks of",
            "shadow traffic are verified with SPILLWAY_SHADOW_KEY; without it any mark will do.",
        ],
        operands: .init("PROFILE", "the mock profile", count: 1...1),
        options: [
            .init("--out", "DIR", "for the banks' journals (reports/mock-PROFILE-TIME)"),
            .init("--seed", "N", "instead of the profile's own"),
            .init("--set", "PATH=VALUE", "replaces a value, as in --set channels.icbc.latency=5ms", repeats: true),
            .init("--admin", "HOST:PORT", "where the operator's listener is (127.0.0.1:0)"),
            .init("--allow", "NETWORK", "permits peers of callbacks that the profile allows", repeats: true),
            .init("--policy", "FILE", "permits the networks in it (\(PermissionList.variable))"),
            .init("--quiet", nil, "no figures while it runs"),
            .init("--live", nil, "twins for live traffic: at free ports, what bears no mark is taken"),
            .init("--child", nil, "for a drill: ends with standard input, tells its addresses as JSON"),
        ],
        examples: [
            "spillway mock mocks/cn-retail.yaml",
            "spillway mock mocks/card-acquirer.yaml --set channels.acquirer.latency=2s --seed 7",
        ],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) throws(UsageError) -> ExitCode {
        let seed = try arguments.seed("--seed")
        let admin = try arguments.address("--admin", default: .loopback())
        guard admin.isLoopback else {
            throw UsageError("'--admin \(admin)' is not on loopback; the operator's place is this machine alone")
        }
        guard let permissions = PermissionList(arguments, console) else { return .usage }
        let outcome = PlanFile(arguments.operands[0]).profile(overrides: arguments.all("--set"))
        console.tell(outcome.diagnostics, droppedCount: outcome.droppedCount)
        guard let profile = outcome.profile else { return .usage }
        do {
            let session = try MockSession(
                arguments.has("--live") ? profile.liveTwin : profile, seed: seed, admin: admin,
                permitted: permissions.blocks, isChild: arguments.has("--child"),
                isQuiet: arguments.has("--quiet"), out: arguments.text("--out"), console)
            return try session.run()
        } catch {
            console.talk("error: \(error)")
            return .inconclusive
        }
    }
}
