package import EventLoop
package import HTTPService

/// How a request came out.
package enum Outcome {
    case answered(HTTPResponse)
    case failed(HTTPClientError)

    package var response: HTTPResponse? { if case .answered(let response) = self { response } else { nil } }
    package var error: HTTPClientError? { if case .failed(let error) = self { error } else { nil } }
    package var body: String? { response?.bodyText }
}

package func outcome(
    _ transport: any HTTPTransport, _ request: HTTPRequest, on loop: EventLoop, within span: TimeSpan = .seconds(5)
) async -> Outcome {
    do throws(HTTPClientError) {
        return .answered(try await transport.send(request, until: loop.now + span))
    } catch {
        return .failed(error)
    }
}
