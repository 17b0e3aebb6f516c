import ChannelProfile
import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Timebase

/// How reading a bank's statement ended.
enum StatementEnd: Sendable, Equatable {
    case whole(lines: UInt64)
    /// What was read before counts, but more was to come.
    case cutOff(String)
}

extension ChannelAdapter {
    /// What the bank says that happened, piece by piece, in memory that does not depend on its length. It has a
    /// connection of its own: the calls for payments do not wait for it.
    func statement(_ context: RequestContext, _ take: ([StatementLine]) async -> Void) async -> StatementEnd {
        precondition(context.namespace == namespace, "\(context.namespace) work in the adapter of \(namespace)")
        var configuration = ClientConfiguration()
        configuration.connectionsMax = 1
        let client = HTTPClient(on: loop, to: self.client.origin, configuration: configuration)
        defer { client.close() }
        do {
            return try await client.call(
                .get, "/v1/statement?form=csv", fields: context.marks, until: context.deadline
            ) { call in
                let status = try await call.response().status
                guard status == 200 else { return .cutOff("the bank answered \(status)") }
                return .whole(lines: try await read(call, take))
            }
        } catch {
            return .cutOff("\(error)")
        }
    }

    private func read(_ call: HTTPCall, _ take: ([StatementLine]) async -> Void) async throws -> UInt64 {
        var reader = ChannelStatementReader(.csv)
        var count: UInt64 = 0
        var piece: [UInt8] = []
        while try await call.readPiece(into: &piece) {
            let lines = try reader.read(piece)
            count += UInt64(lines.count)
            piece.removeAll(keepingCapacity: true)
            if !lines.isEmpty { await take(lines) }
        }
        try reader.finish()
        return count
    }
}
