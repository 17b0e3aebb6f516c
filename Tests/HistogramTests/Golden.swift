import Testing

/// Histograms made with another implementation, the Python package hdrhistogram 0.10.8:
///
///     h = HdrHistogram(lowest, highest, digits); h.record_value(value, count); ...
///     compressed = h.encode()                                             # base64 of the compressed form
///     plain = base64.b64encode(zlib.decompress(base64.b64decode(compressed)[8:]))
struct Golden: CustomTestStringConvertible {
    let testDescription: String
    let lowest: UInt64
    let highest: UInt64
    let digits: Int
    let values: [(value: UInt64, count: UInt64)]
    let compressed: String
    let plain: String

    static let all: [Golden] = [
        Golden(
            testDescription: "empty", lowest: 1, highest: 3_600_000_000, digits: 3, values: [],
            compressed: "HISTFAAAABx4nJNpmSzMgADMUJoRRFybvITB/gNEAABQ2gSH",
            plain: "HISTEwAAAAAAAAAAAAAAAwAAAAAAAAABAAAAANaTpAA/8AAAAAAAAA=="),
        Golden(
            testDescription: "one value", lowest: 1, highest: 3_600_000_000, digits: 3, values: [(42, 1)],
            compressed: "HISTFAAAACJ4nJNpmSzMwMDAxAABzFCaEURcm7yEwf4DRCCYCQBa1gTe",
            plain: "HISTEwAAAAIAAAAAAAAAAwAAAAAAAAABAAAAANaTpAA/8AAAAAAAAFMC"),
        Golden(
            testDescription: "units of 512 and large counts", lowest: 1_000, highest: 60_000_000_000, digits: 2,
            values: [(0, 3), (1_500, 1_000_000_000_000), (60_000_000_000, 7), (999_999, 1)],
            compressed: "HISTFAAAADF4nJNpmSzMwMDAxwABTBCK+QWQ4P3hHsFg/wEiwsbYcGDFqVlWDzmZLsvzAQDQOAqO",
            plain: "HISTEwAAAA4AAAAAAAAAAgAAAAAAAAPoAAAADfhHWAA/8AAAAAAAAAYBgMCoypo64QkC0x8O"),
        Golden(
            testDescription: "five digits", lowest: 1, highest: 100_000, digits: 5, values: [(99_999, 1), (3, 300)],
            compressed: "HISTFAAAACR4nJNpmSzMwMDAzgABrFCaEUK2LbD/AJW4wbJ1Fg8TAGnCBeg=",
            plain: "HISTEwAAAAcAAAAAAAAABQAAAAAAAAABAAAAAAABhqA/8AAAAAAAAAXYBLWaDAI="),
        latencies,
    ]

    /// 300 values: 100 + (x >> 33) % 5000, every twentieth of them with the remainder times 1000; x steps from 1 by
    /// x * 6364136223846793005 + 1442695040888963407.
    static let latencies = Golden(
        testDescription: "latencies", lowest: 1, highest: 3_600_000_000, digits: 3,
        values: sequence(state: 1 as UInt64) { (x: inout UInt64) -> UInt64? in
            x = x &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (x >> 33) % 5_000
        }.prefix(300).enumerated().map { (100 + $1 * ($0 % 20 == 0 ? 1_000 : 1), 1) },
        compressed: """
            HISTFAAAAXl4nC2RsUrEUBBF9928TQghhiWEZVkXkWURCSpiIRbLIiJ+gFiJCIJYiFjb21j7C1r4AX6AlaVYqN9g5w8Inpk1Ie/N\
            vHfn3rmTxdv7utPRemf+JP97sOXz/qEz+5kffAedK1ervlRroi5voV01SjTTkjKyY62StVpRJYIjDTUi7FOQsO7oksIbeEpNAWkN\
            fAlkQ1s6VA+GsQJfxWXJm1MW0NkiGrBXZANiTwsudQXqMUSXO0CwBZOBT5DepmKkaxWxhrsH0volWNYm9UOdaE+cGVFDWoJv3Eft\
            3rqoZTBAGq2vBgsXztLF7xonBTTmQ+B6fAnqOXsOQ7DD1tPE3QeK2phTFMhPoMwRTWJi86xgmnu12doUrcz6GKBraaST0kdZuPJY\
            XHrvJfgGsr676GLP1IcgMmex8ZirmDkx0b78opQm0XqufLIBhqF3YZV1SmhjkPfL0EMMejvTy4Kecn2keg26S/WVMvip3lM9B/3a\
            39/Wqf4ASLAngg==
            """,
        plain: """
            HISTEwAAAi4AAAAAAAAAAwAAAAAAAAABAAAAANaTpAA/8AAAAAAAAOkBAmUCCQIrAhcCAhMCJQIFAgUCCwJBAhUCAwI/Ah8CBwIL\
            AlsCKQIDAisCJwIPAgIDAlUCGwIdAg8CFwITAgMCFwI5AmsCJQJ5AmUCDQI9AicCAi0CKQINAh0CLwIzAlMCEQILAiMCAQIjAg8C\
            JwINAg0CCQIDAgECBQIzAgkCGQIFAg8CAQIZAgkCAgkCGQILAgMCAm0CDQKlAQQPAgIDAkcCVQIrAg8CBwIzAgMCGwI3AgUCHQJv\
            AgsEEwIRAhECDQILAkECAhECIQIxAhkCGwJdAkMCAgsCCwIDAhUCGwINAgUCFQIHAgsCEwIFAgsCBQIBAgcCHQICKwIEIwIBAhUC\
            FwJnAg0CCwIFAh8CLQIBAgsCGQICJwICAgIHAhECBwIDAg8CCQIHAgkCEwIBAgIHAisCCQIHAgMCAwIXAgECHwIrBAkCCwIBAgMC\
            XQQjAgkCGwIDBAMCAhMCDwIZAgMCAQIFAhMCJQIpAgMCBwIDAhMCBQIZAhUCAgMCBwQCHQINAhcCEwILAgECCwIjAgIFAgILAgMC\
            DQIpAhUCCQIXAhUCGwIFAiECEwIBAhsCIwIHAgcCAwIBBA8CBwILAgQHAikCAwICCwJFAgIHAgMCDQICJQQDAg8CDwIPAgECAQIX\
            AhsCAwIBAiMCBwITBgIDAgUCCwICAgECAwIJAgIBBAECz2ICwQ4CqQkC1QYCxwECiQYC1wYCRwI9AtEGArUBAv0DAisCNwJfAg==
            """)
}
