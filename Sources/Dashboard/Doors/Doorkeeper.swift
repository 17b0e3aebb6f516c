import EventLoop
import HTTPService
import Peers
import PlanValues

/// Who may look, and who may steer.
///
/// From other machines it is reached by the networks alone that were named when it was opened.
///
/// **Looking** needs the token everywhere but on loopback: there the page shows whoever is on this machine names of the plan
/// and figures, as the terminal does, and nothing of a payment, a key or a body. **Steering** needs it everywhere.
///
/// A page of another site that the same browser has open can do neither. It cannot read answers, since nothing of the
/// cross-origin kind is allowed. It cannot rebind a name of its own to this address: Host is to be an address or localhost.
/// And it cannot send orders: they need a field that it does not know, and JSON, which a form cannot send.
struct Doorkeeper {
    private let address: Address
    private let networks: [NetworkBlock]
    private let gate: OperatorGate

    /// `address`: where it is listened at, with the port that was chosen.
    init(at address: Address, token: String, openTo networks: [NetworkBlock] = []) {
        self.address = address
        self.networks = networks
        gate = OperatorGate(token: token)
    }

    /// For every request.
    func admit(_ exchange: HTTPExchange) throws(Problem) {
        guard exchange.peer.isLoopback || networks.contains(where: { $0.holds(exchange.peer) }) else {
            throw Problem(status: 403, kind: "wrong-network", detail: "this page is not open to your network")
        }
        let host = exchange.field("host") ?? ""
        guard isOurs(host) else {
            throw Problem(
                status: 421, kind: "wrong-host",
                detail: "this is http://\(address), and no name leads here but localhost",
                field: "host")
        }
        if let origin = exchange.field("origin"), origin != "http://\(host)" {
            throw Problem(
                status: 403, kind: "wrong-origin", detail: "pages of other origins have no say here", field: "origin")
        }
        if let site = exchange.field("sec-fetch-site"), site != "same-origin", site != "none", !isVisit(exchange) {
            throw Problem(
                status: 403, kind: "wrong-site", detail: "pages of other sites have no say here",
                field: "sec-fetch-site")
        }
    }

    func admitLooking(_ exchange: HTTPExchange) throws(Problem) {
        if !address.isLoopback { try gate.check(exchange) }
    }

    func admitSteering(_ exchange: HTTPExchange) throws(Problem) { try gate.check(exchange) }

    /// Somebody follows a link to the page, which holds nothing of the run by itself and cannot be framed.
    private func isVisit(_ exchange: HTTPExchange) -> Bool {
        exchange.hasTarget("/") && exchange.field("sec-fetch-mode") == "navigate"
            && exchange.field("sec-fetch-dest") == "document"
    }

    /// A name can be made to lead here by whoever owns it; an address cannot.
    private func isOurs(_ host: String) -> Bool {
        let isBare = address.port == 80 && !host.hasSuffix(":80")
        let whole = isBare ? host + ":80" : host
        if whole == "localhost:\(address.port)" { return true }
        guard let named = Address(whole), named.port == address.port else { return false }
        // Listening at one address, it is reached at that; listening at all of them, at any.
        return named == address || (!address.isLoopback && address.isAnyHost)
    }
}

extension Address {
    fileprivate var isAnyHost: Bool {
        switch self {
        case .ipv4(let value, _): value == 0
        case .ipv6(let high, let low, _): high == 0 && low == 0
        case .unix: false
        }
    }
}
