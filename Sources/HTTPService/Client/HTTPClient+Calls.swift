public import EventLoop
public import HTTPWire

extension HTTPClient {
    /// An exchange in pieces. Its deadline covers all of it; the connection is held until `body` returns.
    public func call<Value>(
        _ method: Method, _ target: String, fields: FieldBlock? = nil, sending plan: RequestBody = .whole,
        until deadline: Instant, _ body: (HTTPCall) async throws -> Value
    ) async throws -> Value {
        let request = try HTTPRequest.head(method, target, host: origin.host, fields: fields, plan)
        try admit(until: deadline)
        let call = try await begin(request, plan, until: deadline)
        defer { settle(call) }
        return try await body(call)
    }

    /// A head that never left may take another connection.
    private func begin(
        _ request: HTTPRequest, _ plan: RequestBody, until deadline: Instant
    ) async throws(HTTPClientError) -> HTTPCall {
        var wait = TimeSpan.zero
        while true {
            let connection = try await take(&wait, until: deadline)
            let call = HTTPCall(
                connection, request, plan, origin: origin.description, poolWait: wait, deadline: deadline)
            do throws(HTTPClientError) {
                try await call.send(request.wire)
                return call
            } catch {
                discard(connection)
                guard case .endedBeforeResponse(isKept: true) = error.cause, !error.mayHaveBeenSent else { throw error }
            }
        }
    }

    private func settle(_ call: HTTPCall) {
        guard call.isComplete else { return discard(call.connection) }
        call.connection.finishCall()
        release(call.connection)
    }
}
