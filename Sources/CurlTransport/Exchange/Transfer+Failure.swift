import CCurl
import EventLoop
import HTTPService
import HTTPWire

extension Transfer {
    /// Why libcurl ended without an answer, in the words of the native client.
    func cause(_ code: CURLcode, peer: String) -> HTTPClientError.Cause {
        switch intake.failure {
        case .malformed(let error): return .malformed(error)
        case .tooManyInterimResponses(let count): return .tooManyInterimResponses(count)
        case nil: break
        }
        if isRepeatRefused { return .endedBeforeResponse(isKept: true) }
        if !hasBegun { return .unreachable(unreachable(code, peer)) }
        switch code {
        case CURLE_OK, CURLE_GOT_NOTHING:
            return intake.hasBegun ? .malformed(.truncatedBody) : .endedBeforeResponse(isKept: !isFirstOnConnection)
        case CURLE_PARTIAL_FILE: return .malformed(.truncatedBody)
        // A body or head that libcurl itself cannot follow.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL: return .malformed(.badStatusLine)
        case CURLE_OUT_OF_MEMORY where !intake.isWhole: return .malformed(.headTooLarge)
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_SEND_ERROR: return .broken(StreamError(.write, peer, reason(code)))
        default: return .broken(StreamError(.read, peer, reason(code)))
        }
    }

    /// The request was never begun.
    private func unreachable(_ code: CURLcode, _ peer: String) -> StreamError {
        if let refusedPeer {
            return StreamError(
                .connect, refusedPeer.description, .explained("this address may not be connected to"))
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return StreamError(.resolve, peer, .explained(easy.words(for: code)))
        case CURLE_OPERATION_TIMEDOUT: return StreamError(.connect, peer, .timedOut)
        case CURLE_COULDNT_CONNECT: return StreamError(.connect, peer, reason(code))
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            return StreamError(.handshake, peer, .explained(easy.words(for: code)))
        default: return StreamError(.connect, peer, .explained(easy.words(for: code)))
        }
    }

    private func reason(_ code: CURLcode) -> StreamError.Cause {
        let number = Int32(truncatingIfNeeded: easy.number(CURLINFO_OS_ERRNO))
        return number != 0 ? .system(number) : .explained(easy.words(for: code))
    }
}
