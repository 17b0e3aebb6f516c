import Cryptography
import Diagnostics
import EventLoop
import Peers
import PlanModel
import PlanValues
import Timebase

extension Preflight {
    // MARK: Entry points

    struct EntryPoints {
        var origins: [(service: String?, origin: PermittedOrigin)] = []
        var proxy: PermittedProxy?
        var checks: [PreflightCheck] = []
    }

    func entryPoints(_ banks: RunBanks?, _ stack: RunStack?) async -> EntryPoints {
        var diagnostics = DiagnosticCollector()
        let security = targetSecurity(&diagnostics)
        var points = EntryPoints()
        points.checks = diagnostics.diagnostics.map {
            PreflightCheck("tls", .failed, $0.message, fix: $0.fix, at: $0.span)
        }
        // Without the files that it needs a handshake would fail for their sake.
        if security != nil || plan.target.proxy?.value.kind != .https {
            let found = await proxy(trust: security?.trust ?? .systemAuthorities)
            points.proxy = found.proxy
            points.checks += found.checks
        }
        for entry in entries(banks, stack) where security != nil || !entry.url.value.isSecure {
            let reach = await reach(entry: entry.url, security: entry.url.value.isSecure ? security : nil)
            points.checks.append(reach.check)
            if let origin = reach.peer { points.origins.append((entry.service, origin)) }
        }
        return points
    }

    private func reach(
        entry url: Located<HTTPAddress>, security: TLSClientConfiguration?
    ) async -> Reach<PermittedOrigin> {
        guard let proxy = plan.target.proxy else { return await reach(url, security: security) }
        return await judge(url, security: security, behind: proxy.value)
    }

    private func targetSecurity(_ diagnostics: inout DiagnosticCollector) -> TLSClientConfiguration? {
        guard let files = plan.target.tls else { return TLSClientConfiguration() }
        return files.configuration(
            folder: surroundings.planFolder, environment: surroundings.environment, into: &diagnostics)
    }

    // MARK: Observations

    /// A series that a guard needs must be there; without one of the others the run only shows less.
    func observations(_ stack: RunStack?) async -> (origins: [PermittedOrigin?], checks: [PreflightCheck]) {
        var checks: [PreflightCheck] = []
        var origins: [PermittedOrigin?] = []
        for observation in plan.observe {
            guard let url = metrics(observation, stack) else {
                // Why there is no stack was told where it was to start.
                origins.append(nil)
                continue
            }
            let reach = await reach(url, security: url.value.isSecure ? TLSClientConfiguration() : nil)
            origins.append(reach.peer)
            checks.append(reach.isSilent && !guardsNeed(observation) ? reach.check.asWarning : reach.check)
        }
        return (origins, checks)
    }

    private func metrics(_ observation: Observation, _ stack: RunStack?) -> Located<HTTPAddress>? {
        let source = observation.prometheus
        switch source.value {
        case .url(let url): return Located(url, at: source.span)
        case .stack: return local(stack?.host.front, source.span)
        }
    }

    private func guardsNeed(_ observation: Observation) -> Bool {
        let names = observation.series.map(\.name.value)
        return plan.guards.contains { if case .series(let name) = $0.subject { names.contains(name) } else { false } }
    }

    // MARK: One peer

    /// A name may have many addresses behind one dead network; only so many are waited for in full.
    private static let addressesMax: Int64 = 3

    struct Reach<Peer> {
        var check: PreflightCheck
        var peer: Peer?
        /// It may be hit, and cannot be reached.
        var isSilent = false
    }

    func reach(_ url: Located<HTTPAddress>, security: TLSClientConfiguration?) async -> Reach<PermittedOrigin> {
        let sought = SoughtPeer(
            name: "\(url.value)", host: url.value.host, port: url.value.port, part: "the stack", span: url.span)
        return await reach(sought) { peer throws(PeerRefusal) in
            try policy.permit(peer, as: url.value, security: security)
        }
    }

    /// Resolves, judges, and connects to the first allowed address that takes a connection.
    func reach<Peer: ReachablePeer>(
        _ sought: SoughtPeer, _ permit: (PinnedPeer) throws(PeerRefusal) -> Peer
    ) async -> Reach<Peer> {
        let candidates: PinnedPeer.Candidates
        do throws(PeerError) {
            candidates = try await policy.candidates(
                for: sought.host, port: UInt16(sought.port), on: loop, until: loop.now + patience)
        } catch {
            return Reach(
                check: PreflightCheck(sought.name, .failed, error.description, fix: error.fix, at: sought.span))
        }
        var failures: [StreamError] = []
        let deadline = loop.now + patience * Self.addressesMax
        for candidate in candidates.allowed where loop.now < deadline {
            do throws(StreamError) {
                let peer = try await connected(to: candidates.pinned(to: candidate), permit)
                return Reach(check: PreflightCheck(sought.name, .passed, peer.reachedWords), peer: peer)
            } catch {
                failures.append(error)
            }
        }
        let words = PeerFailure(error: failures[0], sought: sought, patience: patience)
        let others = failures.count > 1 ? ", nor at its \(failures.count - 1) other addresses" : ""
        let check = PreflightCheck(
            sought.name, .failed, words.description + others, fix: words.fix, at: sought.span)
        return Reach(check: check, isSilent: true)
    }

    private func connected<Peer: ReachablePeer>(
        to pinned: PinnedPeer, _ permit: (PinnedPeer) throws(PeerRefusal) -> Peer
    ) async throws(StreamError) -> Peer {
        let peer: Peer
        do throws(PeerRefusal) {
            peer = try permit(pinned)
        } catch {
            throw StreamError(.connect, pinned.chosen.description, .explained(error.description))
        }
        let stream = try await peer.connect(on: loop, until: loop.now + patience)
        stream.close()
        return peer
    }
}

/// Whom the plan names, before anything is known of it.
struct SoughtPeer {
    let name: String
    let host: String
    let port: Int
    /// `the stack`, `the proxy`.
    let part: String
    let span: SourceSpan
}

/// What Peers permits, and the preflight tries.
protocol ReachablePeer {
    var peer: PinnedPeer { get }
    var security: TLSClientConfiguration? { get }
    func connect(on loop: EventLoop, until deadline: Instant) async throws(StreamError) -> any ByteStream
}

extension PermittedOrigin: ReachablePeer {}
extension PermittedProxy: ReachablePeer {}

extension ReachablePeer {
    fileprivate var reachedWords: String {
        let secured = security == nil ? "" : " with TLS"
        let others = peer.resolved.count - 1
        return "reached at \(peer.chosen)\(secured)" + (others > 0 ? ", one of \(others + 1) addresses" : "")
    }
}

/// Why a peer that may be hit cannot be reached, and what to do about it.
struct PeerFailure: CustomStringConvertible {
    let error: StreamError
    let sought: SoughtPeer
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
        if case .tls(let failure) = error.cause { return fix(failure.cause) }
        if error.isRefused { return "start \(sought.part), or correct the port" }
        return "look whether the host is up and no firewall is between"
    }

    private func fix(_ cause: TLSError.Cause) -> String {
        switch cause {
        case .peerDoesNotSpeakTLS: "write 'http://', or the port that speaks TLS"
        case .certificateExpired, .certificateNotYetValid: "renew the certificate, or set this machine's clock"
        case .hostNameMismatch: "write a name that the certificate is for"
        case .unknownAuthority, .selfSignedCertificate: "name who signed it in 'tls.ca'"
        case .clientCertificateRequired, .ownCertificateRefused:
            "name a certificate that the server takes in 'tls.cert'"
        default: "look at the TLS settings of '\(sought.host)'"
        }
    }
}
