import CCurl
import EventLoop
import HTTPService
import HTTPWire

/// One request after another through one easy handle: what libcurl asks while it is under way, and how it ended.
final class Transfer {
    let easy: EasyHandle
    let parking: Parking
    private let mayOpen: (Address) -> Bool
    private unowned let multi: MultiHandle
    var intake: ResponseIntake
    private(set) var result: CURLcode?
    private var mayRepeat = false
    /// Whether any connection was found good to begin on.
    private(set) var hasBegun = false
    /// Begun, and it is not settled yet whether any of it has left.
    private var isOpen = false
    private var sentBefore = 0
    /// How often some of the request may have left.
    private var sends = 0
    /// libcurl met the end of a kept connection and would have sent the request again.
    private(set) var isRepeatRefused = false
    /// The kept connection that libcurl chose has ended, or says what nobody asked for. Nothing was sent on it.
    private(set) var isStale = false
    private(set) var refusedPeer: Address?
    /// Of the connection, by which it is known here: libcurl tells no other name of it in time.
    private var localPort: Int32 = 0
    /// Of the transport: its place among those under way.
    var slot = 0

    init(_ easy: EasyHandle, on loop: EventLoop, multi: MultiHandle, mayOpen: @escaping (Address) -> Bool) {
        self.easy = easy
        self.parking = Parking(loop)
        self.multi = multi
        self.mayOpen = mayOpen
        self.intake = .none
        easy.attach(self, closing: multi)
    }

    func begin(_ intake: ResponseIntake, mayRepeat: Bool) {
        self.intake = intake
        self.mayRepeat = mayRepeat
        hasBegun = false
        isOpen = false
        sends = 0
        isRepeatRefused = false
        refusedPeer = nil
        beginAgain()
    }

    /// The request is over. Its answer belongs to whoever asked, and does not wait here for the next one.
    func rest() {
        intake = .none
        easy.unload()
    }

    /// On another connection, after a stale one.
    func beginAgain() {
        result = nil
        isStale = false
    }

    func ended(_ result: CURLcode) {
        self.result = result
        if isFirstOnConnection, result == CURLE_OK, !isMultiplexed {
            multi.know(easy.number(socket: CURLINFO_ACTIVESOCKET), by: localPort)
        }
        parking.wake()
    }

    // MARK: What libcurl asks

    /// Whether the request may be written to the connection that stands now.
    ///
    /// On the end of a kept connection libcurl takes another one and sends the request again by itself, a payment too.
    /// It asks here each time, and this is where it is told no.
    func mayBegin(from localPort: Int32) -> Bool {
        settle()
        if sends > 0, !mayRepeat || sends > 1 {
            isRepeatRefused = true
            return false
        }
        if multi.hasUnexpectedInput(localPort) {
            isStale = true
            return false
        }
        self.localPort = localPort
        hasBegun = true
        isOpen = true
        sentBefore = easy.number(CURLINFO_REQUEST_SIZE)
        return true
    }

    func mayConnect(to peer: Address) -> Bool {
        if mayOpen(peer) { return true }
        refusedPeer = peer
        return false
    }

    func socketOpened() { multi.socketOpened() }

    func takeBody(_ piece: Span<UInt8>) -> Bool {
        let isGood = intake.takeBody(piece)
        // A later request must not be answered by what came behind this answer.
        if intake.hasExcess { easy.set(CURLOPT_FORBID_REUSE, 1) }
        return isGood
    }

    // MARK: What became of it

    /// Whether the kernel, or the TLS of this connection, has taken any byte of the latest attempt. libcurl counts the
    /// bytes of the head as they leave; with HTTP/2 a frame may leave before it is counted.
    private var hasSent: Bool {
        easy.number(CURLINFO_REQUEST_SIZE) > sentBefore || intake.hasBegun || isMultiplexed
    }

    private var isMultiplexed: Bool { easy.number(CURLINFO_HTTP_VERSION) >= CURL_HTTP_VERSION_2_0 }

    private func settle() {
        if isOpen, hasSent { sends += 1 }
        isOpen = false
    }

    var attempts: Int {
        settle()
        return sends
    }
    var mayHaveBeenSent: Bool { attempts > 0 }
    var isFirstOnConnection: Bool { easy.number(CURLINFO_NUM_CONNECTS) > 0 }
}
