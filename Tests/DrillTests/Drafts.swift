import Diagnostics
import EventLoop
import Glibc
import Peers
import PlanLanguage
import PlanModel
import PlanValues
import Testing
import Traffic

@testable import Drill

/// A plan from what a test says of it; the rest is small.
struct Draft {
    var target = "url: http://127.0.0.1:1"
    var rest = ""
    var steps = "[GET /: {}]"
    var traffic = "[hold: {for: 1s, rate: 10/s}]"

    var text: String {
        "plan: p\ntarget: {\(target)}\njourneys: {pay: {steps: \(steps)}}\ntraffic: \(traffic)\n" + rest
    }

    func plan() throws -> Plan {
        let outcome = Plan.parse(SourceText(name: "p", text: text))
        return try #require(outcome.plan, "\(DiagnosticRenderer().render(outcome.diagnostics))")
    }

    func run(
        on loop: EventLoop, in folder: ReportSpace, environment: [String: String] = [:],
        permitted: [NetworkBlock] = [], patience: TimeSpan = .seconds(5), outFolder: String? = nil
    ) async throws -> PreflightReport {
        let plan = try plan()
        let surroundings = Preflight.Surroundings(
            planFolder: folder.path, outFolder: outFolder ?? "\(folder.path)/out", environment: environment,
            entropy: [UInt8](repeating: 9, count: 32))
        var preflight = Preflight(
            plan, traffic: try PlannedTraffic(plan, recordings: [:]),
            policy: PeerPolicy(of: plan, permitted: permitted),
            surroundings: surroundings, on: loop)
        preflight.patience = patience
        return await preflight.run()
    }
}

/// A folder of a test, gone with it.
final class ReportSpace {
    let path: String

    init() throws {
        var template = Array("/tmp/spillway-drill-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private var names: [String] = []

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws -> String {
        let descriptor = unsafe open("\(path)/\(name)", O_CREAT | O_WRONLY | O_TRUNC, mode)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        names.append(name)
        #expect(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fchmod(descriptor, mode) == 0)
        return "\(path)/\(name)"
    }

    func mode(_ name: String) -> mode_t? {
        var status = stat()
        return unsafe stat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o777 : nil
    }

    deinit {
        for name in names { unsafe unlink("\(path)/\(name)") }
        for name in ["out/a/b", "out/a", "out"] { unsafe rmdir("\(path)/\(name)") }
        unsafe rmdir(path)
    }
}

extension PreflightReport {
    func check(_ name: String) -> PreflightCheck? { checks.first { $0.name == name } }
    var failures: [String] { checks.filter { $0.outcome == .failed }.map(\.words) }
    var rendered: String { DiagnosticRenderer(width: 160).render(diagnostics) }
}
