// Goal: load reaches nobody by mistake. A plan names whom it means to hit, and somebody other than the plan's author, or
// the same person a second time, permits it.
// Method: a peer is judged by its address, never by its name, and by one spelling of it: an IPv4 address in IPv6's
// clothes is an IPv4 address.
//
//     UNIX socket                      allowed: it cannot leave the machine
//     no single host, or link-local    refused, whatever anyone allows
//     not in the plan's 'allow'        refused; an empty 'allow' stands for loopback
//     loopback                         allowed
//     not permitted outside the plan   refused
//     else                             allowed
//
// Not here: names (`PinnedPeer`), and connections (`PermittedOrigin`).

import Diagnostics
package import EventLoop
package import PlanModel
package import PlanValues

package struct PeerPolicy: Sendable {
    /// From the plan's 'allow'.
    package let planAllow: [NetworkBlock]
    /// From the command line and the policy file: outside the plan.
    package let permitted: [NetworkBlock]

    package init(planAllow: [NetworkBlock], permitted: [NetworkBlock]) {
        self.planAllow = planAllow
        self.permitted = permitted
    }

    package init(of plan: Plan, permitted: [NetworkBlock]) {
        self.init(planAllow: plan.target.allow.map(\.value), permitted: permitted)
    }

    /// The plan's networks for a report, with those that an empty 'allow' stands for.
    package var planned: [String] { planAllow.isEmpty ? ["127.0.0.0/8", "::1/128"] : planAllow.map(\.description) }

    package enum Judgement: Sendable, Equatable {
        case allowed
        case refused(PeerRefusal)

        package var isAllowed: Bool { self == .allowed }
    }

    package func judgement(of address: Address) -> Judgement {
        guard let peer = PeerBytes(address) else { return .allowed }
        func refused(_ reason: PeerRefusal.Reason) -> Judgement {
            .refused(PeerRefusal(address: address, reason: reason, block: peer.ownBlock))
        }
        if let reason = peer.neverPermitted { return refused(reason) }
        let isPlanned = planAllow.isEmpty ? peer.isLoopback : planAllow.contains(where: peer.isIn)
        if !isPlanned { return refused(.notInPlan(isDefault: planAllow.isEmpty)) }
        if peer.isLoopback || permitted.contains(where: peer.isIn) { return .allowed }
        return refused(.notPermitted)
    }
}

/// Why a peer may not be hit, and what would have to be written where.
package struct PeerRefusal: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// 0.0.0.0, ::, multicast, broadcast.
        case noSingleHost
        /// fe80::/10 leads somewhere only together with an interface, which an address here does not carry.
        case linkLocal
        /// `isDefault`: the plan has no 'allow'.
        case notInPlan(isDefault: Bool)
        case notPermitted
    }

    package let address: Address
    package let reason: Reason
    /// The address alone, as a block.
    let block: String
}

extension PeerRefusal: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .noSingleHost: "\(host) is no single host"
        case .linkLocal: "\(host) is a link-local address, which leads nowhere without an interface"
        case .notInPlan(isDefault: true): "\(host) is not loopback, and the plan has no 'allow'"
        case .notInPlan(isDefault: false): "\(host) is not in the plan's 'allow'"
        case .notPermitted: "\(host) is in the plan's 'allow', but nobody outside the plan has permitted it"
        }
    }

    package var fix: String {
        switch reason {
        case .noSingleHost: "write the address of the host that you mean, '127.0.0.1' for this one"
        case .linkLocal: "write an address that other networks could reach, or a loopback one"
        case .notInPlan(let isDefault):
            isDefault && !isLoopback
                ? "add 'allow: [\"\(block)\"]' to 'target', and permit it with '--allow \(block)'"
                : "add '\(block)' to 'target.allow'"
        case .notPermitted: "pass '--allow \(block)', or add a line '\(block)' to the policy file"
        }
    }

    private var isLoopback: Bool { PeerBytes(address)?.isLoopback ?? true }
    /// The address without its port.
    private var host: String { String(block.prefix { $0 != "/" }) }
}
