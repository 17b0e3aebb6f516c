import CCurl
import Cryptography
package import EventLoop
package import HTTPService
import HTTPWire

/// The transport for where the native client cannot go: proxies, SOCKS, HTTP/2 over TLS, odd endpoints.
///
/// **Goal.** The same answers and errors as `HTTPClient`, exact enough to settle a payment by; its price in processor
/// time is libcurl's.
///
/// **Method.** libcurl's multi interface on the loop's own epoll and timers. What libcurl would decide by itself is
/// taken out of its hands: the cap and the waiting line are ours, so no wait is hidden; each begin of a request is
/// asked for, so none is repeated in secret; heads and bodies are judged by our own codec; names are pinned, and each
/// address is asked for before it is connected to. libcurl looks at no `*_proxy` variable.
///
/// **Not here.** Redirects, cookies, content coding, HTTP/2 without TLS, bodies in pieces, a simulated network. A kept
/// connection idles for at most libcurl's 118 s.
package final class CurlTransport: HTTPTransport {
    package let loop: EventLoop
    package let origin: CurlOrigin
    package let configuration: CurlConfiguration
    package private(set) var counters = ClientCounters()
    private let multi: MultiHandle
    private let mayConnect: (Address) -> Bool
    /// What stands in the request line before the target, where a proxy forwards it.
    private let targetPrefix: [UInt8]
    private let peer: String
    private var idle: [Transfer] = []
    private var underWay: [Transfer] = []
    /// Places that were given to requests in line, which have not begun yet.
    private var leaves = 0
    private var line = WaitingLine()
    private var isClosed = false

    /// `mayConnect` is asked before every connection: for its address, and for every address of the origin where a
    /// proxy stands between.
    package init(
        on loop: EventLoop, to origin: CurlOrigin, configuration: CurlConfiguration = .init(),
        mayConnect: @escaping (Address) -> Bool
    ) throws(CurlTransportError) {
        let error = { (words: String) in CurlTransportError(origin: origin.url, words: words) }
        if loop.simulation != nil {
            throw error("libcurl opens descriptors of its own, which a simulated network does not have; use 'http1'")
        }
        if origin.addresses.isEmpty, configuration.proxy == nil { throw error("it has no address") }
        precondition(configuration.client.connectionsMax > 0, "a transport needs a connection")
        guard let multi = MultiHandle(on: loop, connectionsMax: configuration.client.connectionsMax) else {
            throw error("libcurl cannot be set up")
        }
        self.loop = loop
        self.origin = origin
        self.configuration = configuration
        self.multi = multi
        let isForwarded = origin.security == nil && (configuration.proxy.map { $0.kind != .socks5h } ?? false)
        self.targetPrefix = isForwarded ? Array(origin.url.utf8) : []
        self.peer = configuration.proxy?.authority ?? origin.addresses.first?.description ?? origin.authority
        let behindProxy = configuration.proxy == nil ? [] : origin.addresses
        self.mayConnect = { mayConnect($0) && behindProxy.allSatisfy(mayConnect) }
        do throws(CurlTransportError) {
            idle.append(try makeTransfer())
        } catch {
            multi.close()
            throw error
        }
    }

    deinit {
        close()
    }

    package var openConnections: Int { multi.openSockets }
    package var waitingRequests: Int { line.count }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        for transfer in underWay {
            multi.remove(transfer.easy)
            transfer.parking.wake(.closed)
        }
        // Their handles go before the one that holds their connections.
        idle = []
        multi.close()
        while let waiting = line.next() { waiting.wake(.closed) }
    }

    // MARK: Sending

    package func send(_ request: HTTPRequest, until deadline: Instant) async throws(HTTPClientError) -> HTTPResponse {
        try admit(until: deadline)
        let form: RequestForm
        do throws(RequestForm.Fault) {
            form = try RequestForm(request)
        } catch {
            throw failure(.unsendable(error.words), mayHaveBeenSent: false)
        }
        var wait = TimeSpan.zero
        let transfer = try await take(&wait, until: deadline)
        defer { release(transfer) }
        return try await exchange(transfer, form, isIdempotent: request.isIdempotent, wait, until: deadline)
    }

    /// Counts a request. Nothing is sent for a caller who no longer waits.
    private func admit(until deadline: Instant) throws(HTTPClientError) {
        counters.requests += 1
        if deadline <= loop.now { throw failure(.timedOut, mayHaveBeenSent: false) }
        if Task.isCancelled { throw failure(.cancelled, mayHaveBeenSent: false) }
    }

    private func exchange(
        _ transfer: Transfer, _ form: RequestForm, isIdempotent: Bool, _ wait: TimeSpan, until deadline: Instant
    ) async throws(HTTPClientError) -> HTTPResponse {
        let bounds = configuration.client
        transfer.begin(
            ResponseIntake(
                answering: form.method, limits: bounds.wire, interimResponsesMax: bounds.interimResponsesMax),
            mayRepeat: bounds.repeatsIdempotent && isIdempotent)
        transfer.easy.load(form, target: targetPrefix + form.wire[form.target.range])
        var wake = Wake.ready
        repeat {
            transfer.beginAgain()
            guard multi.add(transfer.easy) else {
                throw failure(.unsendable("libcurl refuses it"), mayHaveBeenSent: transfer.mayHaveBeenSent)
            }
            wake = transfer.result == nil ? await transfer.parking.wait(until: deadline) : .ready
            if transfer.isStale { counters.connectionsStale += 1 }
            // Each stale connection is closed by this, so the next round finds another one.
            if transfer.isStale, wake.isReady { multi.remove(transfer.easy) }
        } while transfer.isStale && wake.isReady && !isClosed
        defer { multi.remove(transfer.easy) }
        count(transfer)
        if let code = transfer.result { return try response(transfer, code, wait) }
        throw givenUp(transfer, wake)
    }

    private func response(
        _ transfer: Transfer, _ code: CURLcode, _ wait: TimeSpan
    ) throws(HTTPClientError) -> HTTPResponse {
        if code == CURLE_OK { transfer.intake.finish() }
        // An answer that is whole counts, also when the rest of its request could not be written.
        guard transfer.intake.isWhole else {
            throw failure(
                isClosed ? .closed : transfer.cause(code, peer: peer), mayHaveBeenSent: transfer.mayHaveBeenSent)
        }
        return HTTPResponse(
            status: transfer.intake.status, bytes: transfer.intake.bytes, headCount: transfer.intake.headCount,
            poolWait: wait, isFirstOnConnection: transfer.isFirstOnConnection, attempts: max(1, transfer.attempts))
    }

    private func givenUp(_ transfer: Transfer, _ wake: Wake) -> HTTPClientError {
        let cause: HTTPClientError.Cause =
            switch wake {
            case .cancelled: .cancelled
            case .closed: .closed
            case .ready, .timedOut:
                transfer.hasBegun ? .timedOut : .unreachable(StreamError(.connect, peer, .timedOut))
            }
        return failure(cause, mayHaveBeenSent: transfer.mayHaveBeenSent)
    }

    private func count(_ transfer: Transfer) {
        if transfer.attempts > 1 { counters.requestsRepeated += 1 }
        if transfer.attempts > 1 || transfer.isRepeatRefused { counters.connectionsStale += 1 }
        if !transfer.hasBegun {
            counters.connectsFailed += 1
        } else if transfer.isFirstOnConnection {
            counters.connectionsOpened += 1
        }
    }

    private func failure(_ cause: HTTPClientError.Cause, mayHaveBeenSent: Bool) -> HTTPClientError {
        HTTPClientError(origin: origin.url, cause: cause, mayHaveBeenSent: mayHaveBeenSent)
    }

    // MARK: The cap

    /// A transfer that is idle, a new one, or one that becomes free in time.
    private func take(_ wait: inout TimeSpan, until deadline: Instant) async throws(HTTPClientError) -> Transfer {
        if isClosed { throw failure(.closed, mayHaveBeenSent: false) }
        if underWay.count + leaves >= configuration.client.connectionsMax {
            try await waitInLine(&wait, until: deadline)
        }
        if isClosed { throw failure(.closed, mayHaveBeenSent: false) }
        let transfer: Transfer
        do throws(CurlTransportError) {
            if let kept = idle.popLast() { transfer = kept } else { transfer = try makeTransfer() }
        } catch {
            grantLeave()
            throw failure(.unsendable(error.words), mayHaveBeenSent: false)
        }
        transfer.slot = underWay.count
        underWay.append(transfer)
        return transfer
    }

    private func waitInLine(_ wait: inout TimeSpan, until deadline: Instant) async throws(HTTPClientError) {
        guard line.count < configuration.client.waitingMax else {
            counters.waitsRefused += 1
            throw failure(.poolQueueFull(line.count), mayHaveBeenSent: false)
        }
        let waiting = WaitingRequest(loop)
        line.append(waiting)
        let began = loop.now
        let wake = await waiting.wait(until: deadline)
        wait = loop.now - began
        counters.waits += 1
        counters.waited = counters.waited + wait
        switch wake {
        case .ready: leaves -= 1
        case .timedOut, .cancelled, .closed:
            line.leave(waiting)
            throw failure(
                wake == .timedOut ? .poolTimedOut : wake == .closed ? .closed : .cancelled, mayHaveBeenSent: false)
        }
    }

    private func release(_ transfer: Transfer) {
        let last = underWay.removeLast()
        if last !== transfer {
            last.slot = transfer.slot
            underWay[transfer.slot] = last
        }
        transfer.rest()
        if isClosed { return }
        idle.append(transfer)
        grantLeave()
    }

    /// A place has become free: it belongs to whoever has waited longest.
    private func grantLeave() {
        guard let waiting = line.next() else { return }
        leaves += 1
        waiting.wake()
    }

    private func makeTransfer() throws(CurlTransportError) -> Transfer {
        guard let easy = EasyHandle() else {
            throw CurlTransportError(origin: origin.url, words: "libcurl has no memory for a handle")
        }
        try easy.prepare(for: origin, configuration)
        return Transfer(easy, on: loop, multi: multi, mayOpen: mayConnect)
    }
}
