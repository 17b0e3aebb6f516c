import Evidence
import TestFolders
import Timebase

extension TestFolder {
    func read() throws(EvidenceError) -> (records: [EvidenceRecord], tally: EvidenceTally) {
        var reader = try EvidenceReader(folder: path)
        var records: [EvidenceRecord] = []
        while let record = try reader.next() { records.append(record) }
        return (records, reader.tally)
    }

    func readJournal() throws(EvidenceError) -> (entries: [ChannelEntry], tally: EvidenceTally) {
        var reader = try ChannelJournalReader(folder: path)
        return (try reader.rest(), reader.tally)
    }

    /// The numbers of the folder's segments in this process's mappings.
    var mapped: [Int] {
        String(decoding: Self.bytes(of: "/proc/self/maps"), as: UTF8.self).split(separator: "\n").filter {
            $0.contains("\(path)/")
        }
        .compactMap { Int($0.split(separator: ".").dropLast().last ?? "") }.sorted()
    }
}

extension ChannelJournalReader {
    mutating func rest() throws(EvidenceError) -> [ChannelEntry] {
        var entries: [ChannelEntry] = []
        while let entry = try next() { entries.append(entry) }
        return entries
    }
}

extension Intent {
    /// One that tells its number in every field.
    static func numbered(_ number: Int) -> Intent {
        Intent(
            step: UInt16(number % 1_000), attempt: UInt8(1 + number % 3), flags: number % 2 == 0 ? [] : .isDuplicate,
            arrival: UInt64(number), intendedAt: .microseconds(Int64(number)),
            sentAt: .microseconds(Int64(number) + 5), key: UInt128(number) << 64 | 7, amount: Int64(number) * -100)
    }
}

extension EvidenceRecord.Ending {
    static func ok(_ number: Int) -> EvidenceRecord.Ending {
        EvidenceRecord.Ending(outcome: .ok, status: 200, completedAt: .milliseconds(Int64(number)))
    }
}
