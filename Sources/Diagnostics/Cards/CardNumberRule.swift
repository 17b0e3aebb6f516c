/// When digits are a card's number: they begin as the big schemes' do, are as many as those have, pass Luhn's check, and are
/// no number that is published for tests.
enum CardNumberRule {
    static let digitsMin = 13
    static let digitsMax = 19

    static func isRealCard(_ value: UInt64, digits: Int) -> Bool {
        guard digitsMin...digitsMax ~= digits, passesLuhn(value), isIssued(value, digits: digits) else { return false }
        return !testCards.contains(value)
    }

    /// From the right every second digit counts twice; the sum ends in 0.
    private static func passesLuhn(_ value: UInt64) -> Bool {
        var (rest, sum, isSecond): (UInt64, UInt64, Bool) = (value, 0, false)
        while rest > 0 {
            let digit = rest % 10
            sum += isSecond ? (digit < 5 ? 2 * digit : 2 * digit - 9) : digit
            isSecond.toggle()
            rest /= 10
        }
        return sum % 10 == 0
    }

    private struct Scheme {
        /// Of the first six digits.
        let first: ClosedRange<UInt64>
        let digits: ClosedRange<Int>

        init(_ first: ClosedRange<UInt64>, _ digits: ClosedRange<Int>) {
            self.first = first
            self.digits = digits
        }
    }

    private static func isIssued(_ value: UInt64, digits: Int) -> Bool {
        var first = value
        for _ in 6..<digits { first /= 10 }
        // Visa, whose numbers have one of three lengths.
        if 400_000...499_999 ~= first { return digits == 13 || digits == 16 || digits == 19 }
        return schemes.contains { $0.first ~= first && $0.digits ~= digits }
    }

    private static let schemes = [
        // Mastercard.
        Scheme(510_000...559_999, 16...16), Scheme(222_100...272_099, 16...16),
        // Mir.
        Scheme(220_000...220_499, 16...19),
        // American Express.
        Scheme(340_000...349_999, 15...15), Scheme(370_000...379_999, 15...15),
        // Diners Club.
        Scheme(300_000...305_999, 14...19), Scheme(309_500...309_599, 14...19), Scheme(360_000...369_999, 14...19),
        Scheme(380_000...399_999, 14...19),
        // JCB.
        Scheme(352_800...358_999, 16...19),
        // Discover, and RuPay.
        Scheme(601_100...601_199, 16...19), Scheme(644_000...659_999, 16...19), Scheme(508_000...508_999, 16...16),
        Scheme(817_000...829_999, 16...16),
        // UnionPay.
        Scheme(620_000...629_999, 16...19), Scheme(810_000...816_999, 16...19),
        // Maestro.
        Scheme(500_000...507_999, 13...19), Scheme(509_000...509_999, 13...19), Scheme(560_000...589_999, 13...19),
        Scheme(630_000...639_999, 13...19), Scheme(670_000...679_999, 13...19),
    ]

    /// What processors publish for tests.
    static let testCards: Set<UInt64> = [
        // Visa.
        4111_1111_1111_1111, 4242_4242_4242_4242, 4000_0566_5566_5556, 4012_8888_8888_1881, 4_2222_2222_2222,
        4000_0000_0000_0002, 4166_6766_6766_6746, 4646_4646_4646_4644, 4917_6100_0000_0000, 4988_4388_4388_4305,
        // Mastercard.
        5555_5555_5555_4444, 5105_1051_0510_5100, 5200_8282_8282_8210, 2223_0031_2200_3222, 5500_0000_0000_0004,
        5577_0000_5577_0004, 2222_4000_7000_0005,
        // American Express.
        378_2822_4631_0005, 371_4496_3539_8431, 378_7344_9367_1000, 370_0000_0000_0002, 340_0000_0000_0009,
        // Diners Club.
        30_5693_0902_5904, 38_5200_0002_3237, 3056_9300_0902_0004, 36_2272_0627_1667, 36_0066_6633_3344,
        30_0000_0000_0004,
        // Discover.
        6011_1111_1111_1117, 6011_0009_9013_9424, 6011_0000_0000_0004, 6445_6445_6445_6445,
        // JCB.
        3530_1113_3330_0000, 3566_0020_2036_0505, 3569_9900_1009_5841, 3088_0000_0000_0009,
        // UnionPay.
        6200_0000_0000_0005,
        // Maestro and its forerunners.
        6331_1019_9999_0016, 5610_5910_8101_8250,
    ]
}
