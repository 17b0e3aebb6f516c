// Goal: what a plan, a command line and a test may say about the reference stack, in one value.
// Not here: addresses, keys and files, which belong to one start of it (`StackOrder` of the payment stack).

package import Timebase

/// How large the stack is declared to be, how it behaves, and what is planted in it.
package struct StackSetting: Sendable, Equatable {
    /// Places at which requests are worked on at a time, of a processor that is declared rather than measured.
    package var cores = 2
    /// What a piece of work takes of a core; nil: what it takes in truth, live, and what was measured, in simulation.
    package var service = ServiceCosts?.none
    /// Merchants `merchant-1` to `merchant-N` have an account.
    package var merchants = 10_000
    /// Of one merchant, a second; nil for no such limit.
    package var merchantRate: Double?
    /// Payments that wait for a core.
    package var queueMax = 1_000
    package var queueAgeMax = TimeSpan.milliseconds(100)
    /// For a sender that names none.
    package var deadline = TimeSpan.seconds(10)
    /// How long a bank has for its answer, if the sender's deadline is not earlier.
    package var bankTimeout = TimeSpan.seconds(5)
    package var bankConnections = 256
    /// Requests under way on one connection to a bank.
    package var bankPipeline = 1
    package var breaker = BreakerSetting()
    package var query = QuerySetting()
    package var notify = NotifySetting()
    /// Amounts above it are refused by risk; minor units.
    package var amountMax: Int64 = 100_000_000
    package var isolation = StoreIsolation.tables
    /// Shared by all copies of this setting.
    package var defects = DefectSwitches()

    package init() {}

    package func has(_ defect: Defect) -> Bool { defects.contains(defect) }
}

/// What each operation takes of one core.
package struct ServiceCosts: Sendable, Equatable {
    package var pay: TimeSpan
    package var settle: TimeSpan
    package var refund: TimeSpan
    package var query: TimeSpan
    package var cashier: TimeSpan
    package var report: TimeSpan
    /// Of a request that is refused at the door.
    package var refuse: TimeSpan

    /// The others follow from what a payment takes. Their proportions are judged by what each does (a refund writes and
    /// calls as much as a payment, a query reads), and not measured.
    package init(pay: TimeSpan) {
        self.pay = pay
        settle = TimeSpan(nanoseconds: pay.nanoseconds / 2)
        refund = pay
        query = TimeSpan(nanoseconds: pay.nanoseconds / 5)
        cashier = TimeSpan(nanoseconds: pay.nanoseconds / 5)
        report = pay
        refuse = TimeSpan(nanoseconds: pay.nanoseconds / 50)
    }

    package subscript(_ tier: Tier) -> TimeSpan {
        switch tier {
        case .settle: settle
        case .pay: pay
        case .refund: refund
        case .query: query
        case .cashier: cashier
        case .report: report
        }
    }
}

package struct BreakerSetting: Sendable, Equatable {
    /// Of the calls in the window.
    package var failureShare = 0.5
    package var window = TimeSpan.seconds(10)
    package var callsMin = 20
    package var openFor = TimeSpan.seconds(5)
    package var probes = 3

    package init() {}
}

/// When a bank is asked what became of a payment.
package struct QuerySetting: Sendable, Equatable {
    package var first = TimeSpan.seconds(90)
    package var perPaymentMax = 3
    /// Of each channel, a second.
    package var rate = 100.0

    package init() {}
}

package struct NotifySetting: Sendable, Equatable {
    package var attemptsMax = 8
    package var firstWait = TimeSpan.milliseconds(500)
    package var timeout = TimeSpan.seconds(5)
    package var underWayMax = 256

    package init() {}
}

/// How live and shadow rows are kept apart.
package enum StoreIsolation: String, Sendable, CaseIterable {
    /// Of their own in one database, by a prefix.
    case tables
    case databases
}

/// Where the stack keeps what it acknowledged.
package enum StackStore: String, Sendable, CaseIterable {
    /// A database in one file: what was acknowledged survives the process.
    case sqlite
    /// Gone with the process.
    case memory
}
