import Evidence
import Histogram
import Reporting
import SampleRuns
import Testing
import Timebase

@testable import Reporting

@Suite struct SeriesTests {
    private static func rows(_ record: RunRecord) -> [[String]] {
        SeriesTable(record).text.components(separatedByLines: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test func `there is a row for each slice, with its stage, counts and percentiles`() throws {
        var record = SampleRun.steady.record
        record.observed = [
            ObservedSeries(name: "queue", every: .seconds(1), values: [1, nil, 2.5]),
            ObservedSeries(name: "slow", every: .seconds(10), values: [7, 8]),
            ObservedSeries(name: "fast", every: .milliseconds(500), values: [1, 2, 3, 4]),
        ]
        let rows = Self.rows(record)
        #expect(rows.count == 26 && rows.allSatisfy { $0.count == rows[0].count })
        #expect(rows[0].prefix(7) == ["from_s", "stage", "offered", "started", "dropped", "skipped", "good"])
        #expect(rows[1].prefix(7) == ["0", "warm-up", "50", "50", "0", "0", "50"])
        #expect(rows[6].prefix(3) == ["5", "baseline", "200"])
        #expect(rows[1].suffix(3) == ["1", "7", "2"] && rows[2].suffix(3) == ["", "", "4"])
        #expect(rows[3].suffix(3) == ["2.5", "", ""] && rows[11].suffix(3) == ["", "8", ""])
        let p99 = try #require(rows[0].firstIndex(of: "p99_ms"))
        #expect(try #require(Double(rows[6][p99])) > 4)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=1+1", "'=1+1"), ("+1", "'+1"),
        ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), (" =1", "' =1"), ("a\r\nb", "a\\x0D\\x0Ab"),
        ("\t=1", "'        =1"),
    ])
    func `a cell of text is quoted where it must be, and is no formula`(text: String, cell: String) {
        var csv = CSVText()
        csv.add(text: text)
        #expect(csv.text == cell)
    }

    @Test(
        arguments: [
            (0, "0"), (12, "12"), (12.5, "12.5"), (0.123_456_7, "0.123"), (-3.25, "-3.25"), (0.000_12, "0.00012"),
            (1e18, "1000000000000000000"), (Double.infinity, ""), (nil, ""),
        ] as [(Double?, String)])
    func `numbers are numbers, and what is missing is empty`(number: Double?, cell: String) {
        var csv = CSVText()
        csv.add(number)
        #expect(csv.text == cell)
    }
}

@Suite struct PercentileDistributionTests {
    @Test func `the lines are those of HdrHistogram's tools`() throws {
        var histogram = Histogram(try #require(HistogramLayout(lowest: 1_000, highest: 600_000_000_000, digits: 3)))
        for value in 1...4 { histogram.record(UInt64(value) * 1_000_000) }
        let lines = PercentileDistribution(histogram).text.components(separatedByLines: "\n")
        #expect(lines.first == "       Value     Percentile TotalCount 1/(1-Percentile)")
        #expect(lines[1].isEmpty)
        #expect(lines[2] == "       1.000 0.000000000000          1           1.00")
        #expect(lines.contains("       3.000 0.750000000000          3           4.00"), "\(lines)")
        #expect(lines.suffix(4).first == "       4.002 1.000000000000          4")
        #expect(
            lines.suffix(3).first?.hasPrefix("#[Mean    =        2.500, StdDeviation   =        1.118]") == true,
            "\(lines)")
        #expect(lines.suffix(2).first == "#[Max     =        4.002, Total count    =            4]")
        #expect(lines.last == "#[Buckets =           21, SubBuckets     =         2048]")
    }

    @Test func `a run without requests has a head and a footer of zeros`() {
        var record = SampleRun.steady.record
        for stage in record.stages.indices { record.stages[stage].countsForVerdicts = false }
        let text = PercentileDistribution(of: record).text
        #expect(text.components(separatedByLines: "\n").count == 5)
        #expect(text.contains("Total count    =            0]"))
    }
}

extension String {
    /// Without the empty one behind the last end of a line.
    func components(separatedByLines end: String) -> [String] {
        var lines = split(separator: end, omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
