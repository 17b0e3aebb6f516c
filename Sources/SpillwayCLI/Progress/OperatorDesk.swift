import Diagnostics
import EventLoop
import Glibc
import LoadDriver
import Synchronization
import Timebase

/// Where somebody watches a run and steers it.
///
/// **Goal.** The run never waits for a person: not for a terminal that was stopped with Ctrl-S, nor for a slow line.
///
/// **Method.** A thread of its own waits for keys, signals and news, draws the newest state, and hands on commands. The
/// run leaves its state here and goes on; a state that nobody drew in time is replaced by the next.
///
/// **Not here.** What a command does: that is the driver's. What is drawn: `ProgressView`.
final class OperatorDesk: Sendable {
    enum Style: Sendable {
        /// Drawn again in place.
        case screen
        /// A line now and then.
        case lines
        /// Signals alone.
        case quiet
    }

    struct Place: Sendable {
        var input = STDIN_FILENO
        var output = STDERR_FILENO
        var signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCONT]

        /// No descriptor, no signal.
        static let nowhere = Place(input: -1, output: -1, signals: [])
    }

    private let desk: Desk
    private let thread: ForeignThread

    /// `onCommand` is called on the desk's thread. Close the desk before the process ends.
    ///
    /// - Parameter pace: of a rehearsal, which is not steered by hand: what it shows is to be the same each time.
    init(
        _ style: Style, at place: Place = .init(), pace: RehearsalPace? = nil,
        onCommand: @escaping @Sendable (DriverCommand) -> Void
    )
        throws(SystemError)
    {
        let desk = try Desk(style, place, pace, onCommand)
        self.desk = desk
        thread = try ForeignThread("operator") { desk.serve() }
    }

    /// From any thread; never waits.
    func show(_ progress: DriverProgress) {
        desk.state.withLock { $0.progress = progress }
        desk.pipe.wake()
    }

    /// A line that stays.
    func say(_ line: String) {
        desk.state.withLock { $0.lines.append(line) }
        desk.pipe.wake()
    }

    /// Gives the terminal and the signals back as they were, whoever still holds the desk. To be called once, and by no
    /// loop.
    func close() {
        desk.state.withLock { $0.isClosed = true }
        desk.pipe.wake()
        thread.join()
        desk.pipe.giveBack()
    }
}

/// What both sides of the desk share.
private final class Desk: Sendable {
    struct State {
        var progress: DriverProgress?
        var lines: [String] = []
        var isClosed = false
    }

    let state = Mutex(State())
    let pipe: SignalPipe
    private let style: OperatorDesk.Style
    private let place: OperatorDesk.Place
    private let pace: RehearsalPace?
    private let onCommand: @Sendable (DriverCommand) -> Void

    init(
        _ style: OperatorDesk.Style, _ place: OperatorDesk.Place, _ pace: RehearsalPace?,
        _ onCommand: @escaping @Sendable (DriverCommand) -> Void
    ) throws(SystemError) {
        pipe = try SignalPipe(for: place.signals)
        self.style = style
        self.place = place
        self.pace = pace
        self.onCommand = onCommand
    }

    func serve() {
        var shift = Shift(style, place, pace)
        shift.begin()
        while !shift.isOver {
            shift.wait(beside: pipe.reader)
            for signal in pipe.take() { answer(shift.received(signal)) }
            for request in shift.keys() { answer([request]) }
            let news = state.withLock { state in
                defer {
                    state.progress = nil
                    state.lines = []
                }
                return state
            }
            shift.tell(news.lines, news.progress)
            if news.isClosed { shift.end() }
        }
        func answer(_ requests: [OperatorIntent.Request]) {
            for request in requests {
                switch request {
                case .command(let command): onCommand(command)
                case .leave(let signal):
                    shift.end()
                    _exit(128 + signal)
                }
            }
        }
    }
}

/// The thread's own side: the terminal, what stands on it, and what was asked so far.
private struct Shift {
    private let style: OperatorDesk.Style
    private let output: Int32
    private var input: Int32
    private let keyboard: KeyboardMode?
    private var intent = OperatorIntent()
    private var block = DrawnBlock()
    private let pace: RehearsalPace?
    private var journal: ProgressJournal
    private var shown: DriverProgress?
    private var unsaid: [String] = []
    private var hasInput = false
    private(set) var isOver = false

    init(_ style: OperatorDesk.Style, _ place: OperatorDesk.Place, _ pace: RehearsalPace?) {
        self.style = style
        self.pace = pace
        output = place.output
        journal = ProgressJournal(followsStages: pace == nil)
        keyboard = style == .screen && pace == nil ? KeyboardMode(place.input) : nil
        input = keyboard == nil ? -1 : place.input
    }

    func begin() { keyboard?.enter() }

    mutating func end() {
        isOver = true
        if hasRoom { put(block.clearing()) }
        keyboard?.leave()
    }

    mutating func wait(beside signals: Int32) {
        var waited = [
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            pollfd(fd: input, events: Int16(POLLIN), revents: 0),
        ]
        let count = unsafe poll(&waited, 2, -1)
        hasInput = count > 0 && waited[1].revents != 0
    }

    mutating func keys() -> [OperatorIntent.Request] {
        guard hasInput else { return [] }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe read(input, &bytes, bytes.count)
        // A terminal that is gone says so for ever.
        if count <= 0 { input = -1 }
        return count > 0 ? intent.pressed(bytes[..<count]) : []
    }

    mutating func received(_ signal: Int32) -> [OperatorIntent.Request] {
        switch signal {
        case SIGCONT:
            keyboard?.enter()
            if let shown { draw(shown) }
            return []
        case SIGQUIT: return [.leave(signal: SIGQUIT)]
        default: return [intent.interrupted(by: signal)]
        }
    }

    /// Lines that found no room wait for the next news; of many the newest are kept.
    mutating func tell(_ lines: [String], _ progress: DriverProgress?) {
        unsaid += lines
        if unsaid.count > Self.unsaidMax { unsaid.removeFirst(unsaid.count - Self.unsaidMax) }
        let isSpeaking = !unsaid.isEmpty && hasRoom
        if isSpeaking {
            for line in unsaid where style != .quiet { put(style == .screen ? block.saying(line) : line + "\n") }
            unsaid = []
        }
        if let progress = progress ?? (isSpeaking ? shown : nil) { draw(progress) }
    }

    private static let unsaidMax = 100

    private mutating func draw(_ progress: DriverProgress) {
        shown = progress
        // A stopped terminal takes nothing: its picture is left out, and nobody waits.
        guard style != .quiet, hasRoom else { return }
        switch style {
        case .quiet: break
        case .lines:
            if journal.isDue(progress, at: .onTheWall) {
                put(view(progress).line(progress) + "\n")
            }
        case .screen: put(block.drawing(view(progress).lines(progress)))
        }
    }

    private func view(_ progress: DriverProgress) -> ProgressView {
        ProgressView(
            terminal: .of(output), hasKeys: style == .screen && input >= 0, pace: pace.map { $0.words(progress) })
    }

    private var hasRoom: Bool {
        var asked = [pollfd(fd: output, events: Int16(POLLOUT), revents: 0)]
        return unsafe poll(&asked, 1, 0) > 0
    }

    private func put(_ text: String) {
        if !text.isEmpty { _ = Console.put(CardMask.masked(text), to: output) }
    }
}
