import CCurl
import EventLoop
import Glibc
import HTTPWire

/// libcurl's easy handle: one request after another, with the settings that all of them share made once.
///
/// Its callbacks reach the `Transfer` by a pointer that is not counted: the transport holds every transfer until
/// libcurl has let go of its handle.
@safe final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private var fields = FieldList()
    private var errorText: UnsafeMutablePointer<CChar>
    private var holdsLargeBody = false

    /// Bodies beyond it are not kept until the handle's next request.
    private static let keptBody = 64 * 1024

    init?() {
        guard let pointer = unsafe curl_easy_init() else { return nil }
        unsafe self.pointer = pointer
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe errorText.deallocate()
    }

    // MARK: Options

    func set(_ option: CURLoption, _ value: Int) {
        let code = unsafe spillway_curl_set_long(pointer, option, value)
        precondition(code == CURLE_OK, "libcurl refuses option \(option.rawValue) = \(value): \(code.rawValue)")
    }

    /// libcurl copies the text.
    func set(_ option: CURLoption, _ text: String?) {
        let code = unsafe spillway_curl_set_text(pointer, option, text)
        precondition(code == CURLE_OK, "libcurl refuses option \(option.rawValue): \(code.rawValue)")
    }

    /// False when this libcurl cannot take the bytes.
    func set(_ option: CURLoption, _ bytes: [UInt8]) -> Bool {
        unsafe spillway_curl_set_bytes(pointer, option, bytes, bytes.count) == CURLE_OK
    }

    private func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        _ = unsafe spillway_curl_set_pointer(pointer, option, value)
    }

    /// `RESOLVE`: where names lead. libcurl reads the list at the start of each transfer.
    func pin(_ entries: [String]) {
        guard !entries.isEmpty else { return }
        pins.reserve(bytes: entries.reduce(0) { $0 + $1.utf8.count + 1 }, lines: entries.count)
        for entry in entries { pins.append(entry.utf8.span) }
        unsafe _ = spillway_curl_set_list(pointer, CURLOPT_RESOLVE, pins.first)
    }

    private var pins = FieldList()

    func attach(_ transfer: Transfer, closing sockets: MultiHandle) {
        let user = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        unsafe spillway_curl_set_callbacks(
            pointer, user, EasyHandle.headLine, EasyHandle.bodyPiece, EasyHandle.openSocket, EasyHandle.beforeRequest)
        unsafe spillway_curl_set_close(pointer, Unmanaged.passUnretained(sockets).toOpaque(), MultiHandle.closeSocket)
    }

    // MARK: One request

    /// `target`: as it stands in the request line, absolute where a proxy forwards it.
    func load(_ form: RequestForm, target: [UInt8]) {
        unsafe errorText[0] = 0
        set(CURLOPT_FORBID_REUSE, 0)
        let isPlainGet = form.method == .get && !form.announcesBody
        if form.announcesBody {
            set(CURLOPT_POST, 1)
            unsafe _ = spillway_curl_set_size(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(form.body.count))
            unsafe form.body.withUnsafeBytes { bytes in
                // A pointer to nothing would mean that the body is read from a callback.
                let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(pointer)
                unsafe set(CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start))
            }
            holdsLargeBody = form.body.count > EasyHandle.keptBody
        } else {
            set(form.method.isHead ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1)
        }
        let isNamedByCurl = isPlainGet || form.method.isHead || (form.method == .post && form.announcesBody)
        set(CURLOPT_CUSTOMREQUEST, isNamedByCurl ? nil : form.methodName)
        setText(CURLOPT_REQUEST_TARGET, target)
        loadFields(form)
    }

    private func setText(_ option: CURLoption, _ bytes: [UInt8]) {
        var text = bytes
        text.append(0)
        unsafe text.withUnsafeBytes { text in
            unsafe set(option, UnsafeMutableRawPointer(mutating: text.baseAddress))
        }
    }

    private func loadFields(_ form: RequestForm) {
        let wire = form.wire.span
        let own = form.fields.reduce(0) { $0 + Int($1.name.count) + Int($1.value.count) + 4 }
        fields.reserve(bytes: own + 64, lines: form.fields.count + 4)
        for field in form.fields {
            fields.append(wire.extracting(field.name.range), wire.extracting(field.value.range))
        }
        // What libcurl would add of its own.
        if !form.hasAccept { fields.append("Accept:".utf8.span) }
        if !form.hasExpect { fields.append("Expect:".utf8.span) }
        if form.announcesBody, !form.hasContentType { fields.append("Content-Type:".utf8.span) }
        fields.append("Proxy-Connection:".utf8.span)
        unsafe _ = spillway_curl_set_list(pointer, CURLOPT_HTTPHEADER, fields.first)
    }

    /// The request is over: gives back what should not wait for the next one.
    func unload() {
        unsafe _ = spillway_curl_set_list(pointer, CURLOPT_HTTPHEADER, nil)
        guard holdsLargeBody else { return }
        holdsLargeBody = false
        unsafe set(CURLOPT_COPYPOSTFIELDS, nil as UnsafeMutableRawPointer?)
    }

    // MARK: What libcurl knows

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe _ = spillway_curl_get_long(pointer, info, &value)
        return value
    }

    func number(socket info: CURLINFO) -> Int32 {
        var value: Int32 = -1
        unsafe _ = spillway_curl_get_socket(pointer, info, &value)
        return value
    }

    /// In words: the handle's own, or what the code means in general.
    func words(for code: CURLcode) -> String {
        let own = unsafe String(cString: errorText)
        if !own.isEmpty { return own }
        return unsafe curl_easy_strerror(code).map { unsafe String(cString: $0) } ?? "libcurl's error \(code.rawValue)"
    }

    // MARK: Callbacks

    private static func transfer(_ user: UnsafeMutableRawPointer?) -> Transfer {
        guard let user = unsafe user else { preconditionFailure("libcurl calls without a transfer") }
        return unsafe Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
    }

    private static func span(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ body: (Span<UInt8>) -> Bool
    ) -> Bool {
        guard let bytes = unsafe bytes, count > 0 else { return true }
        return unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: count) { start in
            unsafe body(UnsafeBufferPointer(start: start, count: count).span)
        }
    }

    // A count other than the given one ends the transfer.
    private static let headLine: spillway_curl_bytes_function = { bytes, size, count, user in
        let transfer = unsafe EasyHandle.transfer(user)
        return unsafe span(bytes, size * count) { transfer.intake.takeLine($0) } ? size * count : 0
    }

    private static let bodyPiece: spillway_curl_bytes_function = { bytes, size, count, user in
        let transfer = unsafe EasyHandle.transfer(user)
        return unsafe span(bytes, size * count) { transfer.takeBody($0) } ? size * count : 0
    }

    private static let beforeRequest: spillway_curl_before_function = { user, _, _, _, localPort in
        unsafe EasyHandle.transfer(user).mayBegin(from: localPort) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }

    /// The one place where a connection begins: nothing is sent to an address that the policy refuses.
    private static let openSocket: spillway_curl_open_function = { user, _, address in
        guard let address = unsafe address else { return -1 }
        let transfer = unsafe EasyHandle.transfer(user)
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return -1 }
        let bytes = unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(address) + offset, count: Int(address.pointee.addrlen))
        guard let peer = unsafe Address(decoding: bytes), transfer.mayConnect(to: peer) else { return -1 }
        let number = unsafe socket(
            address.pointee.family,
            address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
            address.pointee.protocol)
        if number >= 0 { transfer.socketOpened() }
        return number
    }
}

/// Lines for libcurl in one stretch of memory, which is used again for the next request.
@safe struct FieldList: ~Copyable {
    private var text: UnsafeMutableBufferPointer<CChar> = unsafe .init(start: nil, count: 0)
    private var nodes: UnsafeMutableBufferPointer<curl_slist> = unsafe .init(start: nil, count: 0)
    private var used = 0
    private var lines = 0

    deinit {
        unsafe text.deallocate()
        unsafe nodes.deallocate()
    }

    var first: UnsafeMutablePointer<curl_slist>? { lines > 0 ? unsafe nodes.baseAddress : nil }

    /// Empties it, and makes room: nothing may move once a line is in. `bytes` counts a zero for each line.
    mutating func reserve(bytes: Int, lines count: Int) {
        used = 0
        lines = 0
        if unsafe text.count < bytes {
            unsafe text.deallocate()
            unsafe text = .allocate(capacity: bytes * 2)
        }
        if unsafe nodes.count < count {
            unsafe nodes.deallocate()
            unsafe nodes = .allocate(capacity: count * 2)
        }
    }

    mutating func append(_ line: Span<UInt8>) {
        let start = used
        put(line)
        endLine(from: start)
    }

    /// `name: value`; libcurl takes `name:` for an order to leave the field out, and `name;` for an empty one.
    mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        let start = used
        put(name)
        if value.isEmpty { put(";".utf8.span) } else { put(": ".utf8.span) }
        put(value)
        endLine(from: start)
    }

    private mutating func put(_ bytes: Span<UInt8>) {
        unsafe precondition(used + bytes.count < text.count, "a line beyond the room that was reserved")
        for index in bytes.indices {
            unsafe text[used] = CChar(bitPattern: bytes[index])
            used += 1
        }
    }

    private mutating func endLine(from start: Int) {
        unsafe text[used] = 0
        used += 1
        guard let base = unsafe text.baseAddress, let first = unsafe nodes.baseAddress else { return }
        unsafe precondition(lines < nodes.count, "more lines than were reserved")
        unsafe (first + lines).initialize(to: curl_slist(data: base + start, next: nil))
        if lines > 0 { unsafe nodes[lines - 1].next = first + lines }
        lines += 1
    }
}
