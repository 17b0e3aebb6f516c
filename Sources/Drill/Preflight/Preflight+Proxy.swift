import Cryptography
import Diagnostics
import EventLoop
import Peers
import PlanModel
import PlanValues

extension Preflight {
    /// The plan's proxy: judged by the same policy as what is behind it, pinned, and reached.
    func proxy(trust: TLSTrust) async -> (proxy: PermittedProxy?, checks: [PreflightCheck]) {
        guard let proxy = plan.target.proxy else { return (nil, []) }
        let sought = SoughtPeer(
            name: "proxy \(proxy.value)", host: proxy.value.host, port: proxy.value.port, part: "the proxy",
            span: proxy.span)
        let reach = await reach(sought) { peer throws(PeerRefusal) in
            try policy.permit(peer, as: proxy.value, trust: trust)
        }
        return (reach.peer, [reach.check])
    }

    /// An origin behind a proxy is judged by what its name stands for here, and not connected to: the way to it is the
    /// proxy's.
    func judge(
        _ url: Located<HTTPAddress>, security: TLSClientConfiguration?, behind proxy: ProxyAddress
    ) async -> Reach<PermittedOrigin> {
        let address = url.value
        let name = "\(address)"
        do throws(PeerError) {
            let candidates = try await policy.candidates(
                for: address.host, port: UInt16(address.port), on: loop, until: loop.now + patience)
            let origin = try first(of: candidates, as: address, security)
            let words = "may be hit at \(origin.address), and is left to the proxy \(proxy): not connected to"
            return Reach(check: PreflightCheck(name, .passed, words, at: url.span), peer: origin)
        } catch {
            return Reach(check: PreflightCheck(name, .failed, error.description, fix: error.fix, at: url.span))
        }
    }

    private func first(
        of candidates: PinnedPeer.Candidates, as url: HTTPAddress, _ security: TLSClientConfiguration?
    ) throws(PeerError) -> PermittedOrigin {
        do throws(PeerRefusal) {
            return try policy.permit(candidates.pinned(to: candidates.allowed[0]), as: url, security: security)
        } catch {
            throw .refused(host: url.host, error, others: 0)
        }
    }
}
