import Testing

@testable import Dashboard

@Suite struct LiveHistoryTests {
    private static let fields = [
        LiveField(name: "count", merging: .sum), LiveField(name: "peak", merging: .max),
        LiveField(name: "share", merging: .mean),
    ]

    @Test(arguments: [1, 599, 600, 601, 1_200, 10_000, 86_400] as [Int64])
    func `a run of any length is told whole, in a bounded number of columns`(seconds: Int64) {
        var history = LiveHistory(Self.fields)
        for second in 0..<seconds {
            let peak = second == seconds / 2 ? 900.0 : Double(second % 7)
            history.append(LiveColumn(from: second, to: second + 1, values: [2, peak, 0.25]))
        }
        let columns = history.columns
        #expect(columns.count <= LiveHistory.columnsMax && columns.count >= min(Int(seconds), 300))
        #expect(columns.first?.from == 0 && columns.last?.to == seconds)
        for (left, right) in zip(columns, columns.dropFirst()) { #expect(left.to == right.from) }
        #expect(columns.reduce(0) { $0 + ($1.values[0] ?? 0) } == Double(2 * seconds))
        #expect(columns.compactMap { $0.values[1] }.max() == 900)
        #expect(columns.allSatisfy { abs(($0.values[2] ?? 0) - 0.25) < 1e-9 })
    }

    @Test func `what was not seen in one of two columns is what the other saw`() {
        var history = LiveHistory(Self.fields)
        for second in 0...Int64(LiveHistory.columnsMax) {
            let isSeen = second.isMultiple(of: 2)
            history.append(LiveColumn(from: second, to: second + 1, values: isSeen ? [1, 5, 0.5] : [nil, nil, nil]))
        }
        #expect(history.secondsPerColumn == 2)
        #expect(history.columns.allSatisfy { $0.values == [1, 5, 0.5] })
    }

    @Test func `a second that was stalled away is a wide column, and an empty one none`() {
        var history = LiveHistory(Self.fields)
        history.append(LiveColumn(from: 0, to: 4, values: [8, 1, 1]))
        history.append(LiveColumn(from: 4, to: 4, values: [8, 1, 1]))
        #expect(history.columns == [LiveColumn(from: 0, to: 4, values: [8, 1, 1])])
    }
}
