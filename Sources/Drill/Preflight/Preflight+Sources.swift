import Cryptography
import Diagnostics
import Evidence
import Peers
import PlanModel
import PlanValues
import StackVocabulary
import Synchronization
import Timebase

extension Preflight {
    // MARK: Sources of evidence

    /// A source that cannot be read makes the audit worthless, and the traffic with it: so it is looked at before.
    func sources() async -> (origins: [PermittedOrigin?], checks: [PreflightCheck]) {
        var (origins, checks): ([PermittedOrigin?], [PreflightCheck]) = ([], [])
        for source in plan.evidence {
            let found = await look(at: source)
            origins.append(found.origin)
            checks += found.checks
        }
        return (origins, checks)
    }

    private func look(at source: DeclaredSource) async -> (origin: PermittedOrigin?, checks: [PreflightCheck]) {
        guard case .http(let resource, _) = source.origin else { return (nil, await file(of: source)) }
        let mistakes = source.templates.flatMap(\.references).compactMap {
            RunWords.mistake(of: $0, in: surroundings.environment)
        }
        let address = resource.value.address
        let reach = await reach(
            Located(address, at: resource.span), security: address.isSecure ? TLSClientConfiguration() : nil)
        let checks = mistakes.map { PreflightCheck(source.checkName, .failed, $0.words, fix: $0.fix, at: $0.span) }
        return (reach.peer, checks + [reach.check])
    }

    /// Of a file that is there, the columns; one that is not may come to be while the traffic runs.
    private func file(of source: DeclaredSource) async -> [PreflightCheck] {
        guard let path = source.path(in: surroundings.planFolder) else { return [] }
        let stop = Stop()
        defer { stop.now() }
        return await lookedAt(source.checkName, at: source.span) {
            guard PlanFolder.isThere(path) else {
                let words = "'\(source.file?.value ?? path)' is not there yet; it is read behind the drain"
                return [PreflightCheck(source.checkName, .warned, words, at: source.file?.span)]
            }
            do throws(SourceFault) {
                _ = try SourceRows(source, .file(path)) { stop.isOver }
                return [PreflightCheck(source.checkName, .passed, "it can be read, and has the columns")]
            } catch {
                return error.diagnostics.map {
                    PreflightCheck(source.checkName, .failed, $0.message, fix: $0.fix, at: $0.span)
                }
            }
        }
    }
}

extension DeclaredSource {
    fileprivate var checkName: String { "source \(table.name)" }
}

/// Ends what another thread does for somebody who waits no longer.
private final class Stop: Sendable {
    private let flag = Atomic(false)

    var isOver: Bool { flag.load(ordering: .relaxed) }
    func now() { flag.store(true, ordering: .relaxed) }
}
