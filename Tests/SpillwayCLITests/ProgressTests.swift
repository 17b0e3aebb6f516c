import EventLoop
import Glibc
import LoadDriver
import Synchronization
import Testing
import Timebase

@testable import SpillwayCLI

@Suite struct ProgressViewTests {
    private static func screen(_ columns: Int, isUnicode: Bool = false, isColoured: Bool = false) -> Terminal {
        Terminal(isInteractive: true, columns: columns, isUnicode: isUnicode, isColoured: isColoured)
    }

    /// In the middle of a spike that sheds.
    static let spike: DriverProgress = {
        var progress = DriverProgress()
        progress.phase = .traffic
        progress.elapsed = .milliseconds(133_400)
        progress.length = .seconds(200)
        progress.stage = 3
        progress.stageName = "flash"
        progress.stageSpan = .seconds(130) ..< .seconds(140)
        (progress.offered, progress.achieved) = (6_000, 5_998)
        (progress.p50, progress.p99) = (.microseconds(12_300), .milliseconds(250))
        (progress.shedRatio, progress.shed) = (0.123, 2_510)
        progress.inFlight = 312
        return progress
    }()

    private static func lines(_ columns: Int, _ progress: DriverProgress = spike) -> String {
        ProgressView(terminal: screen(columns), hasKeys: true).lines(progress).joined(separator: "\n")
    }

    @Test func `eighty columns hold a bar and two rows of figures`() {
        let golden = """
            flash  #################---------------------------------  7s left, 1m07s in all
            offered 6,000/s     achieved 5,998/s    in flight 312       dropped 0
            p50 12.3ms          p99 250ms           errors 0%           shed 12.3% (2,510)
            + faster  - slower  p pause  q stop
            """
        #expect(Self.lines(80) == golden)
    }

    @Test func `forty columns hold the same in more rows`() {
        let golden = """
            flash  ###-------  7s left, 1m07s in all
            offered 6,000/s     achieved 5,998/s
            in flight 312       dropped 0
            p50 12.3ms          p99 250ms
            errors 0%           shed 12.3% (2,510)
            + faster  - slower  p pause  q stop
            """
        #expect(Self.lines(40) == golden)
    }

    @Test func `two hundred columns hold all figures in one row`() {
        let golden = """
            flash  ####################----------------------------------------  7s left, 1m07s in all
            offered 6,000/s         achieved 5,998/s        in flight 312           dropped 0               p50 12.3ms              p99 250ms               errors 0%               shed 12.3% (2,510)
            + faster  - slower  p pause  q stop
            """
        #expect(Self.lines(200) == golden)
    }

    @Test func `no line leaves the screen, whatever the figures`() {
        var progress = Self.spike
        progress.stageName = String(repeating: "a-long-name-", count: 8)
        progress.isPaused = true
        progress.rateFactor = 1.1
        (progress.offered, progress.achieved, progress.errors) = (12_345_678, 12_345_678, 123_456_789)
        (progress.errorRatio, progress.dropped) = (0.5, 9_876_543_210)
        for phase in [DriverProgress.Phase.setup, .traffic, .draining, .teardown] {
            progress.phase = phase
            for columns in 20...200 {
                let lines = ProgressView(terminal: Self.screen(columns, isUnicode: true), hasKeys: true).lines(progress)
                #expect(lines.allSatisfy { $0.count <= columns }, "\(columns) columns")
            }
        }
    }

    @Test func `a bar is full when its stage is over and empty when it begins`() {
        var progress = Self.spike
        progress.elapsed = .seconds(140)
        #expect(!Self.lines(80, progress).contains("#-"))
        #expect(Self.lines(80, progress).contains("0s left, 1m in all"))
        progress.elapsed = .seconds(130)
        #expect(Self.lines(80, progress).hasPrefix("flash  ---"))
    }

    @Test func `what was done by hand stands beside the stage`() {
        var progress = Self.spike
        progress.isPaused = true
        progress.rateFactor = 0.9
        let lines = Self.lines(80, progress)
        #expect(lines.hasPrefix("flash, paused, x0.90  "))
        #expect(lines.contains("p go on"))
    }

    @Test func `the drain says how many are still open, and the end shows nothing`() {
        var progress = Self.spike
        progress.phase = .draining
        #expect(Self.lines(80, progress).hasPrefix("draining  312 open\n"))
        progress.phase = .ended
        #expect(Self.lines(80, progress).isEmpty)
    }

    @Test func `colours mark trouble and take no room`() {
        var progress = Self.spike
        progress.errors = 3
        let plain = ProgressView(terminal: Self.screen(80), hasKeys: false).lines(progress)
        let coloured = ProgressView(terminal: Self.screen(80, isColoured: true), hasKeys: false).lines(progress)
        #expect(coloured.joined().contains("\u{1b}[31merrors 0% (3)\u{1b}[0m"))
        let stripped = coloured.map { line in
            ["0", "1", "31", "33"].reduce(line) { $0.split(separator: "\u{1b}[\($1)m").joined() }
        }
        #expect(stripped == plain)
    }

    @Test func `a log has one line with everything`() {
        let line = ProgressView(terminal: .plain, hasKeys: false).line(Self.spike)
        let golden =
            "2m13s flash  offered 6,000/s  achieved 5,998/s  in flight 312  dropped 0  "
            + "p50 12.3ms  p99 250ms  errors 0%  shed 12.3% (2,510)"
        #expect(line == golden)
    }

    @Test func `a stage that has just begun shows no figures of the one before`() {
        var progress = Self.spike
        let line = { ProgressView(terminal: .plain, hasKeys: false).line(progress) }
        progress.elapsed = .milliseconds(130_010)
        #expect(line() == "2m10s flash  offered 6,000/s")
        progress.elapsed = .milliseconds(130_990)
        #expect(line() == "2m10s flash  offered 6,000/s")
        progress.elapsed = .milliseconds(131_000)
        #expect(line().contains("p99 250ms"))
        // The second in which it begins belongs to both.
        progress.stageSpan = .milliseconds(130_500) ..< .seconds(140)
        #expect(!line().contains("p99"))
        progress.elapsed = .seconds(132)
        #expect(line().contains("p99 250ms"))
    }

    @Test func `a log gets a line every five seconds and whenever a stage begins`() {
        var journal = ProgressJournal()
        var progress = Self.spike
        func isDue(_ milliseconds: Int64) -> Bool {
            journal.isDue(progress, at: Instant(nanoseconds: milliseconds * 1_000_000))
        }
        #expect(isDue(0))
        #expect(!isDue(4_999))
        #expect(isDue(5_000))
        progress.stage += 1
        #expect(isDue(5_100))
        #expect(!isDue(10_000))
        progress.phase = .draining
        #expect(isDue(10_000))
        progress.phase = .ended
        #expect(!isDue(60_000))
    }
}

@Suite struct DrawnBlockTests {
    @Test func `a block is drawn over the one before, and what was longer is erased`() {
        var block = DrawnBlock()
        #expect(block.drawing(["a", "b"]) == "\u{1b}[2Ka\n\u{1b}[2Kb\n\u{1b}[J")
        #expect(block.drawing(["c"]) == "\r\u{1b}[2A\u{1b}[2Kc\n\u{1b}[J")
        #expect(block.clearing() == "\r\u{1b}[1A\u{1b}[J")
        #expect(block.clearing().isEmpty)
    }

    @Test func `what is said stands above the block that is drawn next`() {
        var block = DrawnBlock()
        _ = block.drawing(["a", "b"])
        #expect(block.saying("news") == "\r\u{1b}[2A\u{1b}[Jnews\n")
        #expect(block.drawing(["a"]) == "\u{1b}[2Ka\n\u{1b}[J")
    }
}

@Suite struct OperatorTests {
    @Test func `the first interruption stops, the second abandons, the third leaves`() {
        var intent = OperatorIntent()
        #expect(intent.interrupted(by: SIGTERM) == .command(.stop(signal: SIGTERM)))
        #expect(intent.pressed(Array("q".utf8)) == [.command(.abandon(signal: SIGINT))])
        #expect(intent.interrupted(by: SIGINT) == .leave(signal: SIGINT))
    }

    @Test func `keys steer, other keys and escape sequences do nothing`() {
        var intent = OperatorIntent()
        let requests = intent.pressed(Array("+-px\u{1b}[q".utf8))
        #expect(requests == [.command(.faster), .command(.slower), .command(.pauseOrResume)])
    }

    /// Both ends of a pair of descriptors that stand for a terminal's output.
    private struct Output {
        let reader: Int32
        let writer: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(unsafe pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
        }

        func text() -> String {
            close(writer)
            defer { close(reader) }
            var text: [UInt8] = []
            var bytes = [UInt8](repeating: 0, count: 4_096)
            while case let count = unsafe read(reader, &bytes, bytes.count), count > 0 { text += bytes[..<count] }
            return String(decoding: text, as: UTF8.self)
        }
    }

    @Test func `a desk says what it was given and shows the newest state, and its thread ends`() throws {
        let output = try Output()
        let desk = try OperatorDesk(.lines, at: .init(input: -1, output: output.writer, signals: [])) { _ in }
        desk.say("the guard is watching")
        desk.show(ProgressViewTests.spike)
        desk.close()
        let lines = output.text().split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first == "the guard is watching")
        #expect(lines.last?.hasPrefix("2m13s flash  offered 6,000/s") == true)
    }

    @Test func `a desk that was told to be quiet says nothing`() throws {
        let output = try Output()
        let desk = try OperatorDesk(.quiet, at: .init(input: -1, output: output.writer, signals: [])) { _ in }
        desk.say("the guard is watching")
        desk.show(ProgressViewTests.spike)
        desk.close()
        #expect(output.text().isEmpty)
    }

    @Test func `signals become commands, and their former handlers come back`() throws {
        let output = try Output()
        let heard = Mutex<[DriverCommand]>([])
        // A signal that nothing else in this process uses, and whose default is to be ignored.
        let former = signal(SIGURG, SIG_IGN)
        let desk = try OperatorDesk(.quiet, at: .init(input: -1, output: output.writer, signals: [SIGURG])) { command in
            heard.withLock { $0.append(command) }
        }
        kill(getpid(), SIGURG)
        while heard.withLock({ $0.isEmpty }) { sched_yield() }
        kill(getpid(), SIGURG)
        while heard.withLock({ $0.count }) < 2 { sched_yield() }
        desk.close()
        #expect(heard.withLock { $0 } == [.stop(signal: SIGURG), .abandon(signal: SIGURG)])
        _ = output.text()
        _ = signal(SIGURG, former)
    }
}
