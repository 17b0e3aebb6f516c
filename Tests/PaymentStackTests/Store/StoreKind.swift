import EventLoop
import StackVocabulary
import TestFolders
import Testing
import Timebase

@testable import PaymentStack

/// Every kind of store that the contract is held against.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case memory
    /// In memory, with the latency of a disk.
    case slowMemory
    case tables
    case databases

    static let files: [StoreKind] = [.tables, .databases]
    static let grouping: [StoreKind] = [.slowMemory, .tables, .databases]

    var testDescription: String { rawValue }
    var isFile: Bool { Self.files.contains(self) }

    static let channels = ["icbc", "ccb", "abc"]

    func order(in folder: TestFolder, defects: DefectSwitches = []) -> LedgerOrder {
        var order = LedgerOrder(channels: Self.channels)
        order.defects = defects
        // Synchronising is SQLite's; what is tested here does not depend on it.
        order.durability = .process
        if isFile { order.database = "\(folder.path)/ledger.db" }
        order.isolation = self == .databases ? .databases : .tables
        if self == .slowMemory { order.memory.latency = .milliseconds(1) }
        return order
    }

    func loop() throws -> EventLoop { isFile ? try .live() : .simulated(seed: 1) }

    /// Opens both stores in a new folder, and closes them.
    func run(
        defects: DefectSwitches = [], waitingMax: Int = 8_192,
        _ body: @escaping (LedgerStores, EventLoop) async throws -> Void
    ) throws {
        let folder = try TestFolder()
        var order = order(in: folder, defects: defects)
        order.waitingMax = waitingMax
        let loop = try loop()
        try loop.run { [order] in
            let stores = try await LedgerStores.open(order, on: loop)
            do {
                try await body(stores, loop)
            } catch {
                await stores.close()
                throw error
            }
            await stores.close()
        }
        _ = folder
    }
}

extension EventLoop {
    /// Hands all of them over in one turn, and waits for the outcomes.
    func commitTogether(
        _ changes: [LedgerChange], to store: any LedgerStore
    ) async -> [Result<CommitOutcome, StoreFailure>] {
        var results = [Result<CommitOutcome, StoreFailure>?](repeating: nil, count: changes.count)
        let tasks = changes.indices.map { index in
            spawn {
                do throws(StoreFailure) {
                    results[index] = .success(try await store.commit(changes[index]))
                } catch {
                    results[index] = .failure(error)
                }
            }
        }
        for task in tasks { await task.join() }
        return results.compactMap { $0 }
    }
}
