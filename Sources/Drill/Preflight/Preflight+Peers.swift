import Cryptography
import Diagnostics
import EventLoop
import Peers
import PlanModel

extension Preflight {
    // MARK: Entry points

    func entryPoints() async -> (origins: [(service: String?, origin: PermittedOrigin)], checks: [PreflightCheck]) {
        var diagnostics = DiagnosticCollector()
        let security = targetSecurity(&diagnostics)
        var checks = diagnostics.diagnostics.map {
            PreflightCheck("tls", .failed, $0.message, fix: $0.fix, at: $0.span)
        }
        var origins: [(service: String?, origin: PermittedOrigin)] = []
        for entry in entries {
            // Without the files that it needs a handshake would fail for their sake.
            if entry.url.value.isSecure, security == nil { continue }
            let reach = await reach(entry.url, security: entry.url.value.isSecure ? security : nil)
            checks.append(reach.check)
            if let origin = reach.origin { origins.append((entry.service, origin)) }
        }
        return (origins, checks)
    }

    private var entries: [(service: String?, url: Located<HTTPAddress>)] {
        switch plan.target.entry {
        case .embedded: []
        case .url(let url): [(nil, url)]
        case .services(let services): services.map { ($0.name, $0.url) }
        }
    }

    private func targetSecurity(_ diagnostics: inout DiagnosticCollector) -> TLSClientConfiguration? {
        guard let files = plan.target.tls else { return TLSClientConfiguration() }
        return files.configuration(
            folder: surroundings.planFolder, environment: surroundings.environment, into: &diagnostics)
    }

    // MARK: Observations

    /// A series that a guard needs must be there; without one of the others the run only shows less.
    func observations() async -> (origins: [PermittedOrigin?], checks: [PreflightCheck]) {
        var checks: [PreflightCheck] = []
        var origins: [PermittedOrigin?] = []
        for observation in plan.observe {
            let url = observation.prometheus
            let reach = await reach(url, security: url.value.isSecure ? TLSClientConfiguration() : nil)
            origins.append(reach.origin)
            checks.append(reach.isSilent && !guardsNeed(observation) ? reach.check.asWarning : reach.check)
        }
        return (origins, checks)
    }

    private func guardsNeed(_ observation: Observation) -> Bool {
        let names = observation.series.map(\.name.value)
        return plan.guards.contains { if case .series(let name) = $0.subject { names.contains(name) } else { false } }
    }

    // MARK: One peer

    /// A name may have many addresses behind one dead network; only so many are waited for in full.
    private static let addressesMax: Int64 = 3

    private struct Reach {
        var check: PreflightCheck
        var origin: PermittedOrigin?
        /// It may be hit, and cannot be reached.
        var isSilent = false
    }

    /// Resolves, judges, and connects to the first allowed address that takes a connection.
    private func reach(
        _ url: Located<HTTPAddress>, security: TLSClientConfiguration?
    ) async -> Reach {
        let address = url.value
        let name = "\(address)"
        let candidates: PinnedPeer.Candidates
        do throws(PeerError) {
            candidates = try await policy.candidates(
                for: address.host, port: UInt16(address.port), on: loop, until: loop.now + patience)
        } catch {
            return Reach(check: PreflightCheck(name, .failed, error.description, fix: error.fix, at: url.span))
        }
        var failures: [StreamError] = []
        let deadline = loop.now + patience * Self.addressesMax
        for candidate in candidates.allowed where loop.now < deadline {
            do throws(StreamError) {
                let origin = try await connected(to: candidate, of: candidates, url: address, security)
                return Reach(check: PreflightCheck(name, .passed, Self.reached(origin)), origin: origin)
            } catch {
                failures.append(error)
            }
        }
        let words = PeerFailure(error: failures[0], url: address, patience: patience)
        let others = failures.count > 1 ? ", nor at its \(failures.count - 1) other addresses" : ""
        let check = PreflightCheck(name, .failed, words.description + others, fix: words.fix, at: url.span)
        return Reach(check: check, isSilent: true)
    }

    private func connected(
        to address: Address, of candidates: PinnedPeer.Candidates, url: HTTPAddress, _ security: TLSClientConfiguration?
    ) async throws(StreamError) -> PermittedOrigin {
        let origin: PermittedOrigin
        do throws(PeerRefusal) {
            origin = try policy.permit(candidates.pinned(to: address), as: url, security: security)
        } catch {
            throw StreamError(.connect, address.description, .explained(error.description))
        }
        let stream = try await origin.connect(on: loop, until: loop.now + patience)
        stream.close()
        return origin
    }

    private static func reached(_ origin: PermittedOrigin) -> String {
        let secured = origin.security == nil ? "" : " with TLS"
        let others = origin.peer.resolved.count - 1
        return "reached at \(origin.address)\(secured)" + (others > 0 ? ", one of \(others + 1) addresses" : "")
    }
}

/// Why a peer that may be hit cannot be reached, and what to do about it.
struct PeerFailure: CustomStringConvertible {
    let error: StreamError
    let url: HTTPAddress
    let patience: TimeSpan

    var description: String {
        switch error.cause {
        case _ where error.isRefused: "\(error.address) refuses connections: nothing listens there"
        case .timedOut where error.operation == .handshake:
            "\(error.address) takes connections, and no TLS handshake within \(patience)"
        case .timedOut: "\(error.address) does not answer within \(patience)"
        case .tls(let failure): failure.description
        default: "cannot \(error)"
        }
    }

    var fix: String {
        if case .tls(let failure) = error.cause { return Self.fix(failure.cause, url) }
        if error.isRefused { return "start the stack, or correct the port" }
        return "look whether the host is up and no firewall is between"
    }

    private static func fix(_ cause: TLSError.Cause, _ url: HTTPAddress) -> String {
        switch cause {
        case .peerDoesNotSpeakTLS: "write 'http://', or the port that speaks TLS"
        case .certificateExpired, .certificateNotYetValid: "renew the certificate, or set this machine's clock"
        case .hostNameMismatch: "write a name that the certificate is for"
        case .unknownAuthority, .selfSignedCertificate: "name who signed it in 'tls.ca'"
        case .clientCertificateRequired, .ownCertificateRefused:
            "name a certificate that the server takes in 'tls.cert'"
        default: "look at the TLS settings of '\(url.host)'"
        }
    }
}
