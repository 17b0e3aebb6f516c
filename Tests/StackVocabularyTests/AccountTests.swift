import StackVocabulary
import Testing

@Suite struct AccountTests {
    @Test func `a number and a name say the same account`() {
        for kind in Account.Kind.allCases {
            for number in [0, 1, 17, .max] as [UInt32] {
                let account = Account(kind: kind, number: number)
                #expect(Account(bits: account.bits) == account && account.kind == kind && account.number == number)
                #expect(Account.Kind(ofName: account.name { "\($0)" }) == kind)
            }
        }
        let names = ["merchant:merchant-1", "channel:b", "suspense:b", "refunds"]
        let accounts = [Account.merchant(MerchantID(number: 1)), .channel(1), .suspense(1), .refunds]
        #expect(accounts.map { $0.name { ["a", "b"][Int($0)] } } == names)
    }

    @Test(arguments: [-1, 4 << 32, 256 << 32, .min, .max] as [Int64])
    func `a number of no kind is no account, and is named as what it is`(_ bits: Int64) {
        #expect(Account(bits: bits) == nil)
        #expect(Account.name(ofBits: bits) { "\($0)" } == "account:\(bits)")
    }

    @Test(arguments: ["", "till 5", "merchant", "merchants:1", "refunds:1", "Refunds"])
    func `other names are none of the stack's accounts`(_ name: String) {
        #expect(Account.Kind(ofName: name) == nil)
    }

    /// Queries tell merchants by it.
    @Test func `merchants' accounts have the lowest numbers`() {
        let merchants = Account(kind: .merchant, number: .max).bits
        #expect(merchants == 1 << Account.numberBits - 1)
        for kind in Account.Kind.allCases where kind != .merchant {
            #expect(Account(kind: kind, number: 0).bits > merchants)
        }
    }
}
