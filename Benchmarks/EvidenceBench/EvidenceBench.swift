// What it costs to record a request, beside a plain copy of the same bytes into a mapped file.
//
//     swift run -c release EvidenceBench FOLDER [rounds]
//
// Ours writes an intent and, when a hundred more have begun, its ending, over as many segments as that takes. The twin
// copies 64 bytes and, as much later, 16 more into a file that was mapped and allocated before the clock started. They
// run by turns; a round's files are removed after it. An entry of a channel's journal is measured the same way, and what
// a statement costs that is made from it. Rows of foreign sources (NDJSON, CSV, a query) are read from files. Prints one line of JSON for scripts/bench: nanoseconds for each request, entry
// and line of every round, heap allocations for each request and entry, and what the calls of `begin` took that needed a
// new segment, with one made ahead of need and without.

import CAllocationCount
import ChannelProfile
import Evidence
import Glibc
import Money
import SeededRandom
import Timebase

struct Round {
    var ns: Double
    var allocations: Double
}

@main struct EvidenceBench {
    static let requests = 1_000_000
    static let openAtOnce = 100

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else {
            print("usage: EvidenceBench FOLDER [rounds]")
            exit(2)
        }
        let rounds = arguments.count > 2 ? Int(arguments[2]) ?? 9 : 9
        var (ours, twin): ([Round], [Round]) = ([], [])
        var (entries, entriesAlone, lines): ([Round], [Round], [Round]) = ([], [], [])
        var (late, ahead): ([Double], [Double]) = ([], [])
        var sources: [(lines: Round, records: Round, query: Round)] = []
        for round in 0..<rounds {
            let path = "\(arguments[1])/evidence-\(round)"
            ours.append(try record(in: path))
            twin.append(try copy(to: path))
            entries.append(try journalRound(in: path, isAhead: true).entries)
            let alone = try journalRound(in: path, isAhead: false)
            entriesAlone.append(alone.entries)
            lines.append(alone.lines)
            late += try rotations(in: path, isAhead: false)
            ahead += try rotations(in: path, isAhead: true)
            let source = SourceRound(folder: path)
            sources.append((try source.lines, try source.records, try source.query))
        }
        print(
            """
            {"ours_ns": \(ours.map(\.ns)), "twin_ns": \(twin.map(\.ns)), \
            "allocations": \(ours.map(\.allocations).max() ?? 0), \
            "entry_ns": \(entries.map(\.ns)), "entry_allocations": \(entries.map(\.allocations).max() ?? 0), \
            "entry_alone_ns": \(entriesAlone.map(\.ns)), "statement_line_ns": \(lines.map(\.ns)), \
            "source_line_ns": \(sources.map(\.lines.ns)), "source_record_ns": \(sources.map(\.records.ns)), \
            "source_row_ns": \(sources.map(\.query.ns)), \
            "source_allocations": \(sources.map(\.lines.allocations).max() ?? 0), \
            "rotation_us": \(summary(late)), "prepared_rotation_us": \(summary(ahead))}
            """)
    }

    static func summary(_ values: [Double]) -> String {
        let sorted = values.sorted()
        return "{\"p50\": \(sorted[sorted.count / 2]), \"max\": \(sorted[sorted.count - 1])}"
    }

    static func measured(_ work: () throws -> Void) rethrows -> Round {
        let clock = ContinuousClock()
        let before = spillway_allocation_count()
        let begin = clock.now
        try work()
        let elapsed = nanoseconds(clock.now - begin)
        let allocations = spillway_allocation_count() - before
        return Round(ns: elapsed / Double(requests), allocations: Double(allocations) / Double(requests))
    }

    static func nanoseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e9 + Double(duration.components.attoseconds) / 1e9
    }

    static func intent(_ number: Int) -> Intent {
        Intent(
            step: 3, arrival: UInt64(number), intendedAt: .nanoseconds(Int64(number)),
            sentAt: .nanoseconds(Int64(number) + 9), key: UInt128(number), amount: 4_900)
    }

    static let ending = EvidenceRecord.Ending(outcome: .ok, status: 200, completedAt: .nanoseconds(1_000))

    static func record(in folder: String) throws -> Round {
        let writer = try EvidenceWriter(folder: folder, worker: 0, runID: "bench", planDigest: "")
        defer { remove(folder) }
        var places = [EvidencePlace](repeating: try writer.begin(intent(0)), count: openAtOnce)
        for index in 1..<openAtOnce { places[index] = try writer.begin(intent(index)) }
        let round = try measured {
            for number in 0..<requests {
                let slot = number % openAtOnce
                writer.end(places[slot], ending)
                places[slot] = try writer.begin(intent(number))
            }
        }
        try writer.close()
        return round
    }

    /// A million entries, and then their statement. With `isAhead` segments are made between the measured thousands, as
    /// another thread makes them for a bank.
    static func journalRound(in folder: String, isAhead: Bool) throws -> (entries: Round, lines: Round) {
        let writer = try ChannelJournalWriter(folder: folder, runID: "bench", channel: "bench")
        defer { remove(folder) }
        var entry = ChannelEntry(
            at: .zero, operation: .authorise, tag: .verified, booking: .authorised, status: 200, key: 7,
            reference: PaymentReference("pay-01JDAZ6R1N8F3TQ4H5"), amount: 4_900, currency: try Currency("CNY"))
        var entries = Round(ns: 0, allocations: 0)
        for thousand in 0..<requests / 1_000 {
            let round = try measured {
                for number in thousand * 1_000..<(thousand + 1) * 1_000 {
                    entry.at = .nanoseconds(Int64(number))
                    entry.key = UInt128(number)
                    try writer.append(entry)
                }
            }
            entries.ns += round.ns
            entries.allocations += round.allocations
            if isAhead, let order = writer.orderNext() { writer.adopt(try order.make()) }
        }
        var statement = ChannelStatement(try writer.reader(), rule: StatementRule(), seed: Seed(1))
        let lines = try measured {
            while let piece = try statement.nextPiece() { precondition(piece.count > 0) }
        }
        try writer.close()
        return (entries, lines)
    }

    /// Microseconds of each call of `begin` that needed a new segment, while a hundred requests were open.
    static func rotations(in folder: String, isAhead: Bool) throws -> [Double] {
        let writer = try EvidenceWriter(folder: folder, worker: 0, runID: "bench", planDigest: "")
        defer { remove(folder) }
        let rows = (EvidenceWriter.segmentBytes - SegmentHeader.byteCount) / 64
        var places: [EvidencePlace] = []
        let clock = ContinuousClock()
        var rotations: [Double] = []
        for number in 0..<requests {
            let begin = clock.now
            let place = try writer.begin(intent(number))
            if number > 0, number % rows == 0 { rotations.append(nanoseconds(clock.now - begin) / 1e3) }
            if number < openAtOnce {
                places.append(place)
            } else {
                writer.end(places[number % openAtOnce], ending)
                places[number % openAtOnce] = place
            }
            if isAhead, number % 1_000 == 0, let order = writer.orderNext() { writer.adopt(try order.make()) }
        }
        try writer.close()
        return rotations
    }

    static func copy(to path: String) throws -> Round {
        let byteCount = (requests + openAtOnce) * 64
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        precondition(descriptor >= 0 && posix_fallocate(descriptor, 0, byteCount) == 0, "errno \(errno)")
        let mapped = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let start = unsafe mapped, unsafe start != MAP_FAILED else { preconditionFailure("errno \(errno)") }
        defer {
            unsafe munmap(start, byteCount)
            close(descriptor)
            unsafe unlink(path)
        }
        var row = [UInt8](repeating: 7, count: 64)
        return measured {
            for number in 0..<requests {
                row[number & 63] = UInt8(truncatingIfNeeded: number)
                unsafe memcpy(start + number * 64, row, 16)
                unsafe memcpy(start + (number + openAtOnce) * 64, row, 64)
            }
        }
    }

    static func remove(_ folder: String) {
        for number in 1...999 {
            let digits = String(number)
            let name = String(repeating: "0", count: 6 - digits.count) + digits
            unsafe unlink("\(folder)/worker-000.\(name).seg")
        }
        unsafe rmdir(folder)
    }
}
