/// An active currency of ISO 4217 with the number of its decimals.
///
/// The list is that of active codes with a minor unit (January 2026): metals, test codes and baskets have none and are
/// not payable. Withdrawn codes are unknown on purpose.
package struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// The code's three letters; with them an amount is sixteen plain bytes, copied without reference counting.
    package let letters: UInt32
    private let decimals: UInt8

    package init(_ code: String) throws(MoneyError) {
        guard let known = Self.known[code] else { throw .unknownCurrency(code) }
        self = known
    }

    /// Nil for letters of no currency.
    package init?(letters: UInt32) {
        // Searched in halves: each payment has one, and a dictionary hashes longer than this looks.
        var (low, high) = (0, Self.byLetters.count)
        while low < high {
            let middle = (low &+ high) &>> 1
            if Self.byLetters[middle].letters < letters { low = middle &+ 1 } else { high = middle }
        }
        guard low < Self.byLetters.count, Self.byLetters[low].letters == letters else { return nil }
        self = Self.byLetters[low]
    }

    /// Nil for a text that is no active code.
    package init?(_ code: Span<UInt8>) {
        guard code.count == 3 else { return nil }
        self.init(letters: UInt32(code[0]) << 16 | UInt32(code[1]) << 8 | UInt32(code[2]))
    }

    private init(listed code: Substring, decimals: UInt8) {
        letters = code.utf8.reduce(0) { $0 << 8 | UInt32($1) }
        self.decimals = decimals
    }

    package func append(to bytes: inout [UInt8]) {
        let letters = letters
        bytes.append(addingCapacity: 3) { room in
            room.append(UInt8(truncatingIfNeeded: letters &>> 16))
            room.append(UInt8(truncatingIfNeeded: letters &>> 8))
            room.append(UInt8(truncatingIfNeeded: letters))
        }
    }

    package var code: String { Self.code(of: letters) }

    private static func code(of letters: UInt32) -> String {
        String(decoding: [16, 8, 0].map { UInt8(truncatingIfNeeded: letters >> $0) }, as: UTF8.self)
    }

    /// Minor units per unit, as a power of ten.
    package var exponent: Int { Int(decimals) }

    package var description: String { code }

    /// All codes in alphabetical order, for suggestions.
    package static let codes = known.keys.sorted()

    private static let known: [String: Currency] = {
        var known: [String: Currency] = [:]
        for (decimals, codes) in lists {
            for code in codes.split(whereSeparator: \.isWhitespace) {
                known[String(code)] = Currency(listed: code, decimals: decimals)
            }
        }
        return known
    }()

    private static let byLetters = known.values.sorted { $0.letters < $1.letters }

    private static let lists: [(UInt8, String)] = [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (
            2,
            """
            AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
            CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
            IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
            MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP
            SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG
            YER ZAR ZMW ZWG
            """
        ),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    ]
}
