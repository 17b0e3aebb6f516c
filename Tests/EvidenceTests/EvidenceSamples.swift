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
