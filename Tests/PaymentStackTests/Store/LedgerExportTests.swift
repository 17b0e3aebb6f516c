import EventLoop
import JSON
import StackVocabulary
import Testing

@testable import PaymentStack

/// What auditors read.
@Suite struct LedgerExportTests {
    @Test(arguments: StoreKind.allCases)
    func `lines have the members that are written down`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            let store = stores.live
            _ = try await store.commit(LedgerSample.begin(2))
            _ = try await store.commit(LedgerSample.capture(2))
            let payment = try #require(try await store.payment(LedgerSample.id(2)))
            var refund = LedgerSample.refundChange(9, of: payment, 100)
            refund.refund?.reason = "\"quoted\"\n"
            _ = try await store.commit(refund)
            var text = ""
            for table in ExportTable.allCases {
                let page = try await store.page(table, after: 0, limit: 100)
                #expect(page.watermark == 3)
                text += String(decoding: page.lines, as: UTF8.self)
            }
            #expect(text == Self.expected)
        }
    }

    private static let expected = """
        {"id":"\(LedgerSample.id(2))","merchant":"merchant-3","key":"key-2","currency":"CNY","amount":4900,"bin":622202,\
        "captures_at_once":true,"state":"captured","version":3,"channel":"ccb","attempt":1,"captured":4900,"refunded":0,\
        "refund_pending":100,"reason":"","queries":0,"notify":"http://127.0.0.1:9/told?é=1","created_ms":1767225600000,\
        "changed_ms":1767225600007}
        {"id":"\(LedgerSample.id(9))","payment":"\(LedgerSample.id(2))","merchant":"merchant-3","key":"key-9",\
        "currency":"CNY","amount":100,"state":"pending","version":1,"reason":"\\"quoted\\"\\n","queries":0,\
        "created_ms":1767225600000,"changed_ms":1767225600000}
        {"record":"\(LedgerSample.id(2))","attempt":1,"channel":"ccb","outcome":"approved","sends":1,\
        "sent_ms":1767225600000,"ended_ms":1767225600005}
        {"number":1,"change":2,"record":"\(LedgerSample.id(2))","account":"merchant:merchant-3","currency":"CNY",\
        "amount":4900,"at_ms":1767225600007}
        {"number":2,"change":2,"record":"\(LedgerSample.id(2))","account":"channel:ccb","currency":"CNY",\
        "amount":-4900,"at_ms":1767225600007}
        {"number":3,"change":3,"record":"\(LedgerSample.id(9))","account":"merchant:merchant-3","currency":"CNY",\
        "amount":-100,"at_ms":1767225600050}
        {"number":4,"change":3,"record":"\(LedgerSample.id(9))","account":"refunds","currency":"CNY","amount":100,\
        "at_ms":1767225600050}
        {"account":"merchant:merchant-3","currency":"CNY","amount":4800}
        {"account":"channel:ccb","currency":"CNY","amount":-4900}
        {"account":"refunds","currency":"CNY","amount":100}
        {"record":"\(LedgerSample.id(2))","version":2,"url":"http://127.0.0.1:9/told","state":"waiting","attempts":0,\
        "due_ms":1767225600098}

        """

    @Test(arguments: StoreKind.allCases)
    func `counts are those of the rows that can be read, each namespace its own`(kind: StoreKind) throws {
        try kind.run { stores, _ async throws in
            for number in 2..<9 { _ = try await stores.shadow.commit(LedgerSample.begin(number)) }
            _ = try await stores.shadow.commit(LedgerSample.capture(2))
            let counts = try await stores.shadow.counts()
            for table in ExportTable.allCases {
                #expect(try await Int(counts[table]) == stores.shadow.lines(table).count, "\(table)")
            }
            #expect(counts[.payments] == 7 && counts[.journal] == 2 && counts.watermark == 8)
            #expect(try await stores.live.counts() == LedgerCounts(rows: [0, 0, 0, 0, 0, 0], watermark: 0))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `pages that are read while others write have each row once`(kind: StoreKind) throws {
        try kind.run { stores, loop async throws in
            let store = stores.live
            for number in 1...50 { _ = try await store.commit(LedgerSample.begin(number)) }
            for number in 1...50 { _ = try await store.commit(LedgerSample.capture(number)) }
            let writing = loop.spawn {
                for number in 51...150 { _ = try? await store.commit(LedgerSample.begin(number)) }
                for number in 51...150 { _ = try? await store.commit(LedgerSample.capture(number)) }
            }
            var (place, watermark): (Int64, Int64) = (0, 100)
            var accounts: [String] = []
            var numbers: [Int64] = []
            while true {
                let page = try await store.page(.journal, after: place, limit: 9)
                #expect(page.watermark >= watermark)
                watermark = page.watermark
                if page.count == 0 { break }
                place = page.last
                for line in page.lines.split(separator: UInt8(ascii: "\n")) {
                    numbers.append(try #require(try JSONValue(parsing: Array(line))["number"]?.int64))
                }
            }
            await writing.join()
            #expect(numbers == Array(1...Int64(numbers.count)) && numbers.count >= 100)
            let sums = try await store.journalSums().accounts
            #expect(try await store.balanceLines() == sums)
            accounts = try await store.lines(.balances, pageOf: 2).compactMap { $0["account"]?.string }
            #expect(Set(accounts).count == accounts.count && accounts.count == 8)
            #expect(try await store.lines(.payments, pageOf: 11).count == 150)
        }
    }
}
