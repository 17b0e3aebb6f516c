package import EventLoop
package import Timebase

/// A host of the plan and the one address that it stands for in this run. A name is resolved once, in the preflight: what
/// a name server says later moves no traffic.
///
/// Of all the addresses that the name has, only the one that is chosen has to be allowed: the others are never touched.
/// It is the first allowed one, in the resolver's order, that `isReachable` takes.
package struct PinnedPeer: Sendable, Equatable {
    package let host: String
    /// All that the name stood for.
    package let resolved: [Address]
    package let chosen: Address
    /// Those before the chosen one that must not be hit.
    package let refused: [PeerRefusal]

    /// The addresses of a host that may be hit, none of them tried yet.
    package struct Candidates: Sendable, Equatable {
        package let host: String
        package let resolved: [Address]
        package let allowed: [Address]
        package let refused: [PeerRefusal]

        package func pinned(to address: Address) -> PinnedPeer {
            precondition(allowed.contains(address), "\(address) is no allowed address of \(host)")
            return PinnedPeer(host: host, resolved: resolved, chosen: address, refused: refused)
        }
    }
}

extension PeerPolicy {
    /// Resolves a host of the plan and judges what it stands for. At least one address is allowed when it returns.
    package func candidates(
        for host: String, port: UInt16, on loop: EventLoop, until deadline: Instant
    ) async throws(PeerError) -> PinnedPeer.Candidates {
        if PeerError.isDisguised(host) { throw .disguised(host: host) }
        let resolved: [Address]
        do throws(StreamError) {
            resolved = try await loop.resolve(host, port: port, until: deadline)
        } catch {
            throw .unresolved(host: host, error)
        }
        let candidates = judged(host, resolved)
        if candidates.allowed.isEmpty, let first = candidates.refused.first {
            throw .refused(host: host, first, others: candidates.refused.count - 1)
        }
        if candidates.allowed.isEmpty {
            throw .unresolved(host: host, StreamError(.resolve, host, .explained("the name has no address")))
        }
        return candidates
    }

    func judged(_ host: String, _ resolved: [Address]) -> PinnedPeer.Candidates {
        var allowed: [Address] = []
        var refused: [PeerRefusal] = []
        for address in resolved {
            switch judgement(of: address) {
            case .allowed: allowed.append(address)
            case .refused(let refusal): refused.append(refusal)
            }
        }
        return PinnedPeer.Candidates(host: host, resolved: resolved, allowed: allowed, refused: refused)
    }
}

/// Why a host of the plan leads to no peer.
package enum PeerError: Error, Sendable, Equatable {
    case unresolved(host: String, StreamError)
    case refused(host: String, PeerRefusal, others: Int)
    /// `127.1`, `0x7f000001`: resolvers take these for addresses, people and lists do not.
    case disguised(host: String)

    /// The last label begins like a number, and the whole is no address in the usual form.
    static func isDisguised(_ host: String) -> Bool {
        guard Address(host: host, port: 0) == nil, !host.contains(":") else { return false }
        let labels = host.split(separator: ".")
        return labels.last?.first.map { "0"..."9" ~= $0 } ?? false && isNumber(labels[labels.count - 1])
    }

    private static func isNumber(_ label: Substring) -> Bool {
        let isHexadecimal = label.hasPrefix("0x") || label.hasPrefix("0X")
        return isHexadecimal ? label.dropFirst(2).allSatisfy(\.isHexDigit) : label.allSatisfy { "0"..."9" ~= $0 }
    }
}

extension PeerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unresolved(let host, let error): "'\(host)' cannot be resolved: \(error.cause)"
        case .refused(let host, let refusal, let others):
            (Address(host: host, port: 0) == nil ? "'\(host)' must not be hit: " : "")
                + "\(refusal)" + (others > 0 ? ", and so for its \(others) other addresses" : "")
        case .disguised(let host): "'\(host)' is a number that resolvers take for an address"
        }
    }

    package var fix: String {
        switch self {
        case .unresolved: "correct the name, or write an address"
        case .refused(_, let refusal, _): refusal.fix
        case .disguised: "write all four numbers, in decimal, as in '127.0.0.1'"
        }
    }
}
