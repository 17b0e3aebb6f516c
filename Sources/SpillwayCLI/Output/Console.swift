import Diagnostics
import Glibc
import Synchronization

/// Where words go: results to standard output, talk to standard error.
package struct Console: Sendable {
    package let result: @Sendable (String) -> Void
    package let talk: @Sendable (String) -> Void
    /// Why results were lost, when they were: a full disk, a closed output.
    package let loss: @Sendable () -> String?
    /// Where the results are read.
    package let reader: Terminal
    /// Where somebody may watch and steer; nobody does in a test.
    let operatorPlace: OperatorDesk.Place

    package init(
        result: @escaping @Sendable (String) -> Void, talk: @escaping @Sendable (String) -> Void,
        loss: @escaping @Sendable () -> String? = { nil }, reader: Terminal = .plain
    ) {
        self.init(result: result, talk: talk, loss: loss, reader: reader, operatorPlace: .nowhere)
    }

    private init(
        result: @escaping @Sendable (String) -> Void, talk: @escaping @Sendable (String) -> Void,
        loss: @escaping @Sendable () -> String?, reader: Terminal, operatorPlace: OperatorDesk.Place
    ) {
        self.result = { result(CardMask.maskedLine($0)) }
        self.talk = { talk(CardMask.maskedLine(Self.harmless($0))) }
        self.loss = loss
        self.reader = reader
        self.operatorPlace = operatorPlace
    }

    /// Talk tells what targets, plans and children of ours have said, and nothing of it is to drive a terminal.
    private static func harmless(_ talk: String) -> String {
        talk.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).harmless }
            .joined(separator: "\n")
    }

    /// The process's own.
    package static let standard: Console = {
        let output = Output()
        return Console(
            result: { output.write($0 + "\n") },
            talk: { _ = put($0 + "\n", to: STDERR_FILENO) },
            loss: { output.loss }, reader: .of(STDOUT_FILENO), operatorPlace: .init())
    }()

    /// Whoever closed a standard stream before us (`spillway … >&-`) must not have its number given to a connection or
    /// to evidence, into which words would then be written. Writing to what stands in for it is an error, as it was.
    package static func fillStandardStreams() {
        while true {
            let descriptor = unsafe open("/dev/null", O_RDONLY)
            guard (0...STDERR_FILENO).contains(descriptor) else {
                if descriptor >= 0 { close(descriptor) }
                return
            }
        }
    }

    /// Zero, or the errno of the write that failed.
    static func put(_ text: String, to descriptor: Int32) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { return errno }
            rest = rest.dropFirst(count)
        }
        return 0
    }
}

/// Standard output, which remembers that it failed. A reader that went away (`spillway … | head`) is no failure: it had
/// enough.
private final class Output: Sendable {
    private let failure = Atomic<Int32>(0)

    func write(_ text: String) {
        let code = Console.put(text, to: STDOUT_FILENO)
        if code != 0, code != EPIPE { failure.store(code, ordering: .relaxed) }
    }

    var loss: String? {
        let code = failure.load(ordering: .relaxed)
        return code == 0 ? nil : unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
