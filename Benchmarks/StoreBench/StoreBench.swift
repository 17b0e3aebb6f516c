// What the stores of the payment stack take for themselves, without HTTP, banks and rules.
//
//     swift run -c release StoreBench FOLDER [rounds] [payments] [row]
//
// A payment is two changes. `memory` is what a change costs the loop in nanoseconds; the others are changes a second,
// written by 256 callers who wait for each: `power` synchronises each group with the disk, `process` leaves that to the
// kernel, `scattered` is `power` with keys of no order. A round is a new file. `cpu_us` is what the whole process had of
// processors for a change, so it stands also where others use the machine. Prints a line of JSON for each.

import EventLoop
import Glibc
import PaymentStack
import Timebase

@main struct StoreBench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else {
            print("usage: StoreBench FOLDER [rounds] [payments] [row]")
            exit(2)
        }
        let rounds = arguments.count > 2 ? Int(arguments[2]) ?? 5 : 5
        let payments = arguments.count > 3 ? Int(arguments[3]) ?? 100_000 : 100_000
        var rows:
            [(
                name: String, values: [Double], p50: [Double], p99: [Double], max: [Double], group: [Double],
                cpu: [Double]
            )] =
                ["memory", "power", "process", "scattered"].filter { arguments.count < 5 || arguments[4] == $0 }.map {
                    ($0, [], [], [], [], [], [])
                }
        for round in 0..<rounds {
            for place in rows.indices {
                var trial = LedgerTrial()
                trial.payments = payments
                let path = "\(arguments[1])/store-bench-\(round).db"
                if rows[place].name != "memory" { trial.database = path }
                trial.synchronises = rows[place].name != "process"
                trial.scatteredKeys = rows[place].name == "scattered"
                let before = clock()
                let figures = try run(trial)
                rows[place].cpu.append(Double(clock() - before) / Double(figures.changes))
                for end in ["", "-wal", "-shm", ".lock"] { unsafe unlink(path + end) }
                let seconds = figures.took.seconds
                let changes = Double(figures.changes)
                rows[place].values.append(
                    place == 0 ? (seconds / changes * 1e9).rounded() : (changes / seconds).rounded())
                rows[place].p50.append(figures.latencies[figures.latencies.count / 2].microseconds)
                rows[place].p99.append(figures.latencies[figures.latencies.count * 99 / 100].microseconds)
                rows[place].max.append(figures.latencies[figures.latencies.count - 1].microseconds)
                rows[place].group.append((changes / Double(max(1, figures.groups))).rounded())
            }
        }
        for row in rows {
            print(
                """
                {"\(row.name)": \(row.values), "p50_us": \(row.p50), "p99_us": \(row.p99), "max_us": \(row.max), \
                "group": \(row.group), "cpu_us": \(row.cpu)}
                """)
        }
    }

    static func run(_ trial: LedgerTrial) throws -> LedgerTrial.Figures {
        let loop = try EventLoop.live()
        return try loop.run { try await trial.run(on: loop) }
    }
}
