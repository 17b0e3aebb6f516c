// Nanoseconds per arrival of the schedule, without sending anything, per seek, and per request of a recording.
//
//     swift run -c release TrafficBench [rounds]
//
// Each figure is the best and the median of the rounds: the best is what the code costs, the distance between the two
// is what the machine was doing meanwhile.

import SeededRandom
import Timebase
import Traffic

struct Figure {
    let best: Double
    let median: Double

    /// `work` returns how many times it did the thing.
    init(rounds: Int, _ work: () -> Int) {
        let clock = ContinuousClock()
        var samples: [Double] = []
        for _ in 0..<rounds {
            let begin = clock.now
            let count = work()
            let elapsed = (clock.now - begin).components
            samples.append((Double(elapsed.seconds) * 1e9 + Double(elapsed.attoseconds) / 1e9) / Double(count))
        }
        samples.sort()
        best = samples[0]
        median = samples[rounds / 2]
    }

    func report(_ name: String) {
        func tenths(_ value: Double) -> String { "\(Double(Int(value * 10 + 0.5)) / 10)" }
        print("\(name): best \(tenths(best)) ns, median \(tenths(median)) ns")
    }
}

@main struct TrafficBench {
    static let seed = Seed(20_261_111)
    static let shapes: [(String, TrafficStage.Shape)] = [
        ("hold", .hold(rate: 50_000)), ("linear ramp", .ramp(from: 1_000, to: 99_000, .linear)),
        ("exponential ramp", .ramp(from: 10_000, to: 90_000, .exponential)),
    ]
    static let processes: [(String, ArrivalProcess)] = [
        ("uniform", .uniform), ("poisson", .poisson), ("bursts of 50", .bursts(size: 50)),
    ]

    static func main() {
        let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 15 : 15
        var sum: Int64 = 0
        for (shapeName, shape) in shapes {
            let curve = RateCurve([TrafficStage("only", for: .seconds(10), shape)])
            for (processName, process) in processes {
                let schedule = ArrivalSchedule(curve, process, seed: seed)
                Figure(rounds: rounds) { read(schedule.arrivals(), &sum) }.report("\(processName) on a \(shapeName)")
            }
            let schedule = ArrivalSchedule(curve, .poisson, seed: seed)
            Figure(rounds: rounds) { read(schedule.shard(1, of: 2).arrivals(), &sum) }
                .report("poisson on a \(shapeName), one shard of 2")
        }
        seeks(rounds, &sum)
        choices(rounds, &sum)
        recording(rounds, &sum)
        // Keeps the work from being optimised away.
        print("checksum \(sum)")
    }

    static func read(_ cursor: ArrivalCursor, _ sum: inout Int64) -> Int {
        var cursor = cursor
        var count = 0
        while let arrival = cursor.next() {
            sum &+= arrival.nanoseconds
            count += 1
        }
        return count
    }

    static func seeks(_ rounds: Int, _ sum: inout Int64) {
        for length in [Int64(100), 10_000, 1_000_000] {
            let curve = RateCurve([TrafficStage("only", for: .seconds(length), .hold(rate: 100_000))])
            let schedule = ArrivalSchedule(curve, .poisson, seed: seed)
            Figure(rounds: rounds) {
                for step in 0..<Int64(1_000) {
                    sum &+= Int64(schedule.index(atOrAfter: TimeSpan(nanoseconds: step * length * 999_983)))
                }
                return 1_000
            }.report("seek in \(length * 100_000) poisson arrivals")
        }
    }

    static func choices(_ rounds: Int, _ sum: inout Int64) {
        let curve = RateCurve([TrafficStage("only", for: .seconds(10), .hold(rate: 50_000))])
        let schedule = ArrivalSchedule(curve, .uniform, seed: seed)
        let mix = Mix([[70, 25, 5]], seed: seed)
        let arrival = schedule.arrival(0)
        Figure(rounds: rounds) {
            for _ in 0..<100_000 { sum &+= Int64(mix.journey(of: arrival)) }
            return 100_000
        }.report("journey of an arrival")
    }
    /// A payment with its headers and body, 20,000 times.
    static func recording(_ rounds: Int, _ sum: inout Int64) {
        let lines = (0..<20_000).map { number in
            #"{"at":\#(number / 100).25,"method":"POST","target":"/v1/payments?n=\#(number)","headers":"#
                + #"{"Content-Type":"application/json","Idempotency-Key":"01JCQ\#(1_000_000 + number)"},"#
                + #""body":"{\"amount\":1999,\"currency\":\"EUR\",\"card\":{\"number\":\"4111111111111111\"}}","#
                + #""journey":"pay"}"# + "\n"
        }
        let bytes = Array(lines.joined().utf8)
        let pieces = stride(from: 0, to: bytes.count, by: 1 << 16).map {
            Array(bytes[$0..<min($0 + (1 << 16), bytes.count)])
        }
        Figure(rounds: rounds) {
            var rest = pieces[...]
            var recording = Recording { rest.popFirst() }
            while let request = try? recording.next() { sum &+= request.at &+ Int64(request.body.count) }
            return lines.count
        }.report("request of a recording, \(bytes.count / lines.count) bytes")
    }
}
