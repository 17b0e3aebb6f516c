// The whole chain of a payment: a sender, the stack, a bank, in processes of their own or in one simulated world. Each
// says what it saw as one line of JSON.
//
//     StackBench serve BANK-PORT [--database PATH] [--pipeline N] [--cost-us N]
//     StackBench closed PORT SECONDS USERS [--pipeline N] [--notify URL]   as fast as it is answered
//     StackBench open PORT RATE SECONDS                                    payments on an even grid, whatever comes back
//     StackBench sink                                     takes notifications; GET says how many
//     StackBench simulate PAYMENTS [--seed N]                              all of it in virtual time
//     StackBench overload COST-US FACTOR SECONDS [--seed N]                the same, beyond what it is declared to do
//
// The bank is `MockBench serve full`, or `calling`, which answers later.

import BenchSupport
import EventLoop
import Glibc
import Timebase

struct Words {
    private var plain: [String] = []
    private var named: [String: String] = [:]

    init(_ words: [String]) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word.hasPrefix("--"), let value = rest.popFirst() { named[word] = value } else { plain.append(word) }
        }
    }

    var count: Int { plain.count }
    func number(_ place: Int) -> Int? { plain.indices.contains(place) ? Int(plain[place]) : nil }
    func number(_ name: String, default value: Int) -> Int { named[name].flatMap { Int($0) } ?? value }
    func text(_ name: String) -> String? { named[name] }
}

nonisolated func bench(_ command: String, _ words: Words) throws -> Bool {
    switch command {
    case "serve":
        guard let bank = words.number(0) else { return false }
        try serve(bank: UInt16(bank), words)
    case "closed":
        guard let port = words.number(0), let seconds = words.number(1), let users = words.number(2) else {
            return false
        }
        let loop = try EventLoop.live()
        try loop.run {
            let load = ClosedLoad(on: loop, port: UInt16(port), users: users, words)
            print(try await load.run(for: .seconds(Int64(seconds))))
        }
    case "open":
        guard let port = words.number(0), let rate = words.number(1), let seconds = words.number(2) else {
            return false
        }
        let loop = try EventLoop.live()
        try loop.run {
            let load = OpenLoad(on: loop, port: UInt16(port))
            print(try await load.run(rate, for: .seconds(Int64(seconds))).json)
        }
    case "sink": try serveSink()
    case "simulate":
        guard let payments = words.number(0) else { return false }
        try simulate(payments, seed: UInt64(words.number("--seed", default: 1)))
    case "overload":
        guard let cost = words.number(0), let factor = words.number(1), let seconds = words.number(2) else {
            return false
        }
        try overload(
            cost: .microseconds(Int64(cost)), factor: factor, for: .seconds(Int64(seconds)),
            seed: UInt64(words.number("--seed", default: 1)))
    default: return false
    }
    return true
}

@main struct StackBench {
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            if let command = words.first, try bench(command, Words(Array(words.dropFirst()))) { return }
            print("usage: StackBench serve | closed | open | sink | simulate | overload; see Benchmarks/StackBench")
            exit(2)
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }
}
