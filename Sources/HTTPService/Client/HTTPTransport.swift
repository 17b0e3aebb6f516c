public import EventLoop

/// What carries requests to one origin: `HTTPClient`, or libcurl where that cannot go.
///
/// Every transport means the same by its answers and errors; one contract suite holds them to it. Who sends thousands a
/// second holds the concrete type: a call through the protocol is not specialised.
public protocol HTTPTransport: AnyObject {
    /// `deadline` is absolute. An error says whether the peer may have seen any of the request.
    func send(_ request: HTTPRequest, until deadline: Instant) async throws(HTTPClientError) -> HTTPResponse

    var counters: ClientCounters { get }
    /// Those being opened included.
    var openConnections: Int { get }
    /// Requests that wait for a connection.
    var waitingRequests: Int { get }
    /// Ends every connection; requests under way and in line fail with `closed`.
    func close()
}

extension HTTPClient: HTTPTransport {}
