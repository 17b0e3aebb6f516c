import PlanValues
import Testing
import Timebase

/// The value's own words for itself, or what is wrong with the text.
private func told<Value: PlanValue>(_ text: String, as type: Value.Type) -> String {
    do throws(ValueMistake) {
        let value = try Value(parsing: text)
        #expect(try Value(parsing: value.description) == value, "\(text) is not read again from \(value)")
        return value.description
    } catch {
        return "'k' " + error.rule + (error.fix.map { "; " + $0 } ?? "")
    }
}

@Suite struct PlanValueTests {
    @Test(
        arguments: [
            ("250ms", "250ms"), ("10s", "10s"), ("5m", "300s"), ("1.5s", "1500ms"), ("0.3s", "300ms"), ("2h", "7200s"),
            ("0s", "0s"), ("1.0000000005s", "1000000001ns"), ("1.0000000004s", "1s"),
            ("10", "'k' needs a unit; write '10ms' or '10s'"),
            ("5min", "'k' has the unit 'min'; write '5m'"), ("5 s", "'k' has the unit 's' behind a space; write '5s'"),
            ("5x", "'k' has no unit called 'x'; the units are ns, us, ms, s, m, h"),
            ("-5s", "'k' is a duration, which is never negative"),
            ("soon", "'k' is a duration, not 'soon'; write '250ms' or '10s' or '5m'"),
            ("1_000ms", "'k' has digits in groups; write '1000ms'"),
            ("999999999999h", "'k' is longer than 292 years"),
        ] as [(String, String)])
    func `durations are exact and need a unit`(text: String, words: String) {
        #expect(told(text, as: TimeSpan.self) == words)
    }

    @Test(
        arguments: [
            ("200/s", "200/s"), ("12000/min", "200/s"), ("100/min", "100/min"), ("7/h", "7/h"), ("0.5/s", "30/min"),
            ("0/s", "0/s"),
            ("200", "'k' needs a unit; write '200/s' or '12000/min'"),
            ("0.5", "'k' needs a unit; write '0.5/s' or '30/min'"),
            ("200rps", "'k' has no unit called 'rps'; write '200/s'"),
            ("5/m", "'k' has no unit called '/m'; write '5/min'"),
            ("5/d", "'k' has no unit called '/d'; the units are /s, /min, /h"),
            ("1,000/s", "'k' has digits in groups; write '1000/s'"),
            ("fast", "'k' is a rate, not 'fast'; write '200/s' or '12000/min'"),
        ] as [(String, String)])
    func `rates say per what`(text: String, words: String) {
        #expect(told(text, as: Rate.self) == words)
    }

    @Test(
        arguments: [
            ("5%", "5%"), ("0.1%", "0.1%"), ("100%", "100%"), ("0%", "0%"), ("33.3%", "33.3%"), ("0.0001%", "0.0001%"),
            ("0.05", "'k' needs a percent sign; write '5%'"), ("5", "'k' needs a percent sign; write '5%'"),
            ("5 %", "'k' has a space before '%'; write '5%'"), ("101%", "'k' is at most 100%"),
            ("half", "'k' is a ratio, not 'half'; write '5%' or '0.1%'"),
        ] as [(String, String)])
    func `ratios are percents`(text: String, words: String) {
        #expect(told(text, as: Ratio.self) == words)
    }

    @Test func `factors, sizes and flows have their units`() {
        #expect(told("1.2x", as: Factor.self) == "1.2x")
        #expect(told("2", as: Factor.self) == "'k' needs an 'x'; write '2x'")
        #expect(told("120%", as: Factor.self) == "'k' is a factor; write '1.2x'")
        #expect(told("64KiB", as: ByteSize.self) == "64KiB")
        #expect(told("1.5KiB", as: ByteSize.self) == "1536B")
        #expect(told("2000kB", as: ByteSize.self) == "2MB")
        #expect(told("64", as: ByteSize.self) == "'k' needs a unit; write '64B' or '64KiB'")
        #expect(
            told("64K", as: ByteSize.self) == "'k' has no unit called 'K'; the units are B, kB, MB, GB, KiB, MiB, GiB")
        #expect(told("20B/s", as: ByteRate.self) == "20B/s")
        #expect(told("20B", as: ByteRate.self) == "'k' is a flow of data, not '20B'; write '20B/s' or '64KiB/s'")
    }

    @Test func `instants stand on the drill's clock or behind a stage`() {
        #expect(told("60s", as: DrillInstant.self) == "60s")
        #expect(told("@flash", as: DrillInstant.self) == "@flash")
        #expect(told("@flash+5s", as: DrillInstant.self) == "@flash+5s")
        #expect(told("@hold 2+1m", as: DrillInstant.self) == "@hold 2+60s")
        #expect(told("@flash+5", as: DrillInstant.self) == "'k' needs a unit; write '5ms' or '5s'")
        #expect(
            told("flash", as: DrillInstant.self)
                == "'k' is an instant, not 'flash'; write '@flash' for the start of a stage")
        #expect(
            told("@", as: DrillInstant.self)
                == "'k' names no stage behind '@'; write '@flash' for the start of the stage 'flash'")
    }

    @Test(
        arguments: [
            ("2s", "2s"), ("exponential 2s", "exponential 2s"), ("uniform min=1s max=3s", "uniform min=1s max=3s"),
            ("normal sd=100ms mean=1s", "normal mean=1s sd=100ms"),
            ("lognormal p50=35ms p99=250ms max=10s", "lognormal p50=35ms p99=250ms max=10s"),
            ("lognormal p50=35ms p99=250ms", "lognormal p50=35ms p99=250ms"),
            ("lognormal p50=35ms p99=20ms", "'k' needs a 'p99' above its 'p50'"),
            ("lognormal p50=0s p99=20ms", "'k' needs a 'p50' above zero"),
            ("lognormal p50=1s p99=2s max=1s", "'k' has a 'max' below its 'p99'"),
            ("lognormal p50=1s", "'k' needs 'p99' in 'lognormal'; write 'lognormal p50=250ms p99=250ms max=250ms'"),
            (
                "lognormal p50=1s p90=2s",
                "'k' has no 'p90' in 'lognormal'; write 'lognormal p50=250ms p99=250ms max=250ms'"
            ),
            ("uniform min=3s max=1s", "'k' has 'min' and 'max' the wrong way round; write 'uniform min=1s max=3s'"),
            ("uniform 1s 2s", "'k' has '1s' without a name; write 'uniform min=250ms max=250ms'"),
            ("exponential", "'k' needs one value behind 'exponential'; write 'exponential 250ms'"),
            ("exponential 2", "'k' needs a unit; write '2ms' or '2s'"),
            ("exponential 0s", "'k' needs a mean above zero"),
            (
                "gauss 1s",
                "'k' knows no distribution 'gauss'; there are uniform, exponential, normal, lognormal, or a single value"
            ),
            ("", "'k' is a distribution of durations, not empty; write '250ms' or 'exponential 250ms'"),
        ] as [(String, String)])
    func `distributions name their parameters`(text: String, words: String) {
        #expect(told(text, as: Distribution<TimeSpan>.self) == words)
    }

    @Test func `distributions of numbers have no units, and picks have a way`() {
        #expect(told("lognormal p50=4900 p99=250000", as: Distribution<Double>.self) == "lognormal p50=4900 p99=250000")
        #expect(told("4900", as: Distribution<Double>.self) == "4900")
        #expect(told("49ms", as: Distribution<Double>.self) == "'k' is a number, not '49ms'; write '4900' or '0.5'")
        #expect(told("zipf 1.1", as: Pick.self) == "zipf 1.1")
        #expect(told("random", as: Pick.self) == "random")
        #expect(told("in order", as: Pick.self) == "in order")
        #expect(told("zipf", as: Pick.self) == "'k' needs an exponent; write 'zipf 1.1'")
        #expect(told("zipf 0", as: Pick.self) == "'k' needs an exponent between 0 and 10; write 'zipf 1.1'")
        #expect(
            told("any", as: Pick.self) == "'k' is a way to pick, not 'any'; write 'random' or 'in order' or 'zipf 1.1'")
    }

    @Test func `a span's examples match its pattern`() throws {
        func check<Value: PlanValue>(_ type: Value.Type) throws {
            let pattern = try Regex(Value.pattern)
            for text in Value.examples {
                _ = try Value(parsing: text)
                #expect(try pattern.wholeMatch(in: text) != nil, "\(text) and \(Value.pattern)")
            }
        }
        try check(TimeSpan.self)
        try check(Rate.self)
        try check(Ratio.self)
        try check(Factor.self)
        try check(ByteSize.self)
        try check(ByteRate.self)
        try check(DrillInstant.self)
        try check(Distribution<TimeSpan>.self)
        try check(Distribution<Double>.self)
        try check(Pick.self)
    }
}
