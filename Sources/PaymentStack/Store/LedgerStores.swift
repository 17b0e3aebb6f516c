import EventLoop
import StackVocabulary

/// How the two stores of a stack are opened.
struct LedgerOrder {
    /// Nil: in memory, gone with the process.
    var database: String?
    var isolation = StoreIsolation.tables
    /// Those of this start, in any order; what they are numbered says `LedgerStores.channels`.
    var channels: [String]
    var durability = Durability.power
    /// Changes under way of one namespace; more are refused, for who waits longer has given up.
    var waitingMax = 8_192
    var groupMax = 1_024
    /// Pages of a file beyond which it does not grow; nil: as far as the disk goes.
    var pagesMax: Int64?
    var defects: DefectSwitches = []
    /// Of a store in memory.
    var memory = MemoryLedger.Conditions()

    init(channels: [String]) {
        self.channels = channels
    }
}

/// The stores of both namespaces. They share a file (`tables`), or nothing (`databases`: the shadow's has `.shadow` at
/// the end of its name).
struct LedgerStores {
    let live: any LedgerStore
    let shadow: any LedgerStore
    /// Every channel that the ledger knows; the same in both namespaces.
    let channels: ChannelNames
    /// Balances that were made good from the journal, after a process that did not end well.
    let repaired: Int

    subscript(_ namespace: Namespace) -> any LedgerStore { namespace == .live ? live : shadow }

    static func open(_ order: LedgerOrder, on loop: EventLoop) async throws(StackFault) -> LedgerStores {
        guard let path = order.database else { return try inMemory(order, on: loop) }
        guard loop.simulation == nil else {
            throw StackFault("a simulated stack keeps its ledger in memory; name no database")
        }
        do throws(LedgerFault) {
            switch order.isolation {
            case .tables: return try await inOneFile(path, order, on: loop)
            case .databases: return try await inTwoFiles(path, order, on: loop)
            }
        } catch {
            throw StackFault(error.description)
        }
    }

    func close() async {
        await live.close()
        await shadow.close()
    }

    private static func inMemory(_ order: LedgerOrder, on loop: EventLoop) throws(StackFault) -> LedgerStores {
        var channels = ChannelNames()
        guard channels.add(order.channels) else { throw StackFault("more than \(ChannelNames.max) channels") }
        var conditions = order.memory
        (conditions.groupMax, conditions.waitingMax) = (order.groupMax, order.waitingMax)
        let stores = Namespace.allCases.map {
            MemoryLedger($0, channels: channels, conditions, defects: order.defects, on: loop)
        }
        return LedgerStores(live: stores[0], shadow: stores[1], channels: channels, repaired: 0)
    }

    private static func inOneFile(
        _ path: String, _ order: LedgerOrder, on loop: EventLoop
    ) async throws(LedgerFault) -> LedgerStores {
        let file = try await open(path, Namespace.allCases, order.channels, order, on: loop)
        return LedgerStores(
            live: SQLiteLedger(.live, in: file), shadow: SQLiteLedger(.shadow, in: file), channels: file.channels,
            repaired: file.repaired)
    }

    private static func inTwoFiles(
        _ path: String, _ order: LedgerOrder, on loop: EventLoop
    ) async throws(LedgerFault) -> LedgerStores {
        let live = try await open(path, [.live], order.channels, order, on: loop)
        let shadow: LedgerFile
        do throws(LedgerFault) {
            shadow = try await open("\(path).shadow", [.shadow], live.channels.names, order, on: loop)
        } catch {
            await live.close(.live)
            throw error
        }
        guard shadow.channels == live.channels else {
            await live.close(.live)
            await shadow.close(.shadow)
            throw LedgerFault(
                path, "and '\(path).shadow' number their channels differently; they do not belong together, remove one")
        }
        return LedgerStores(
            live: SQLiteLedger(.live, in: live), shadow: SQLiteLedger(.shadow, in: shadow), channels: live.channels,
            repaired: live.repaired + shadow.repaired)
    }

    private static func open(
        _ path: String, _ namespaces: [Namespace], _ channels: [String], _ order: LedgerOrder, on loop: EventLoop
    ) async throws(LedgerFault) -> LedgerFile {
        var file = LedgerFileOrder(path: path, namespaces: namespaces, channels: channels)
        file.durability = order.durability
        file.groupMax = order.groupMax
        file.pagesMax = order.pagesMax
        file.defects = order.defects
        return try await LedgerFile(file, waitingMax: order.waitingMax, on: loop)
    }
}
