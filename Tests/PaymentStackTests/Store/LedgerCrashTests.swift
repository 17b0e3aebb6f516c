import EventLoop
import Glibc
import JSON
import Money
import SeededRandom
import StackVocabulary
import TestFolders
import Testing
import Timebase

@testable import PaymentStack

/// What is left when a process dies at any instant.
@Suite struct LedgerCrashTests {
    /// Captures by clients that wait for each change, and say which were acknowledged.
    private static func client(
        _ number: Int, of clients: Int, _ store: any LedgerStore, _ acknowledge: (Int, Int) -> Void
    ) async {
        var payment = number + 1
        while true {
            guard (try? await store.commit(LedgerSample.begin(payment))) == .done else { return }
            acknowledge(payment, 1)
            guard (try? await store.commit(LedgerSample.capture(payment, Int64(payment)))) == .done else { return }
            acknowledge(payment, 2)
            payment += clients
        }
    }

    /// - Parameter acknowledged: the version of each payment that its client was told.
    private static func audit(
        _ store: any LedgerStore, _ acknowledged: [Int: Int], _ said: String
    ) async throws {
        var lost: [Int] = []
        for (number, version) in acknowledged {
            let payment = try await store.payment(LedgerSample.id(number))
            if (payment?.version ?? 0) < version { lost.append(number) }
        }
        #expect(lost.isEmpty, "\(said)")
        let (sums, uneven) = try await store.journalSums()
        #expect(uneven.isEmpty, "\(said)")
        #expect(try await store.balanceLines().filter { $0.value != 0 } == sums, "\(said)")
        var captured: Int64 = 0
        let lines = try await store.lines(.payments)
        for line in lines { captured += try #require(line["captured"]?.int64) }
        #expect(Set(lines.map { $0["id"]?.string }).count == lines.count, "\(said)")
        // None is captured twice: each posted its number once.
        #expect(sums["channel:ccb"] ?? 0 == -captured, "\(said)")
        #expect(try await store.lines(.notifications).count == lines.count { $0["version"]?.int64 == 2 }, "\(said)")
    }

    @Test func `a simulated crash at any instant loses nothing that was acknowledged, over 1,000 seeds`() throws {
        for seed in 1...1_000 as ClosedRange<UInt64> {
            let loop = EventLoop.simulated(seed: seed)
            var random = Seed(seed).split("crash").stream()
            var conditions = MemoryLedger.Conditions()
            conditions.latency = .microseconds(random.integer(in: 100...1_000))
            conditions.answer = .microseconds(random.integer(in: 0...500))
            conditions.groupMax = Int(random.integer(in: 1...8))
            let instant = TimeSpan.microseconds(random.integer(in: 0...3_000))
            try loop.run { [conditions] () async throws in
                var acknowledged: [Int: Int] = [:]
                var store = MemoryLedger(
                    .live, channels: ChannelNames(StoreKind.channels), conditions, on: loop)
                for life in 1...2 {
                    let clients = (0..<6).map { number in
                        loop.spawn { [store] in
                            await Self.client(number + life * 10_000, of: 6, store) { acknowledged[$0] = $1 }
                        }
                    }
                    try await loop.sleep(until: loop.now + instant)
                    store = store.crash()
                    for client in clients { await client.join() }
                    try await Self.audit(store, acknowledged, "seed \(seed), life \(life)")
                }
            }
        }
    }

    /// A child writes with many clients, notes what was acknowledged in a file that outlives it, and is killed by a thread
    /// of its own that wakes at a random instant. It goes on where the last one was killed.
    @Test func `a process that is killed 20 times and more loses nothing that was acknowledged`() async throws {
        let folder = try TestFolder()
        func notes() -> Int {
            StoreKind.files.reduce(0) { $0 + folder.text(of: "\($1.rawValue).notes").utf8.count { $0 == 0x0A } }
        }
        // On a slow disk more lives are needed for as much to be tried.
        var round = 0
        while round < 20 || notes() <= 1_000 && round < 100 {
            round += 1
            let kind: StoreKind = round % 2 == 0 ? .tables : .databases
            let waits = UInt32(Seed(UInt64(round)).split("kill").unit * 150_000) + 1_000
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    path = folder.path as String, round = round as Int, kind = kind.rawValue as String,
                    waits = waits as UInt32
                ] in
                try LedgerCrashTests.live(path, round, try #require(StoreKind(rawValue: kind)), waits)
            }
            try Self.auditLive(folder, round, kind)
        }
        #expect(notes() > 1_000)
    }

    private static let lifeSize = 100_000

    private static func order(_ path: String, _ kind: StoreKind) -> LedgerOrder {
        var order = LedgerOrder(channels: StoreKind.channels)
        order.database = "\(path)/\(kind.rawValue).db"
        order.isolation = kind == .databases ? .databases : .tables
        return order
    }

    private static func live(_ path: String, _ round: Int, _ kind: StoreKind, _ waits: UInt32) throws {
        let notes = unsafe open("\(path)/\(kind.rawValue).notes", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        try #require(notes >= 0)
        let loop = try EventLoop.live()
        try loop.run { () async throws in
            let stores = try await LedgerStores.open(order(path, kind), on: loop)
            try ForeignThread("killer") {
                usleep(waits)
                kill(getpid(), SIGKILL)
            }.detach()
            for number in 0..<64 {
                let store = stores[number % 8 == 0 ? .shadow : .live]
                loop.spawn {
                    await Self.client(number + round * lifeSize, of: 64, store) { payment, version in
                        let note = "\(store.namespace.name) \(payment) \(version)\n"
                        _ = unsafe write(notes, note, note.utf8.count)
                    }
                }
            }
            await Parking(loop).rest()
        }
    }

    private static func auditLive(_ folder: TestFolder, _ round: Int, _ kind: StoreKind) throws {
        var acknowledged: [String: [Int: Int]] = [:]
        for note in folder.text(of: "\(kind.rawValue).notes").split(separator: "\n") {
            let words = note.split(separator: " ")
            acknowledged[String(words[0]), default: [:]][try #require(Int(words[1]))] = Int(words[2])
        }
        let loop = try EventLoop.live()
        try loop.run { [acknowledged] () async throws in
            let stores = try await LedgerStores.open(order(folder.path, kind), on: loop)
            for namespace in Namespace.allCases {
                try await audit(
                    stores[namespace], acknowledged[namespace.name] ?? [:], "round \(round), \(namespace.name)")
            }
            await stores.close()
        }
    }
}
