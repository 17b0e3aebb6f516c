import Evidence
import Glibc
import TestFolders
import Testing
import Timebase

/// What is left when the process, the disk or the file is not.
@Suite struct EvidenceLossTests {
    private static func writer(
        _ path: String, run: String = "run-1", segmentBytes: Int = EvidenceWriterTests.small
    ) throws(EvidenceError) -> EvidenceWriter {
        try EvidenceWriter(folder: path, worker: 0, runID: run, planDigest: "00ff", segmentBytes: segmentBytes)
    }

    @Test func `a writer that is killed leaves every record`() async throws {
        let folder = try TestFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let writer = try EvidenceLossTests.writer(path)
            for number in 0..<100 {
                let place = try writer.begin(.numbered(number))
                if number % 10 != 0 { writer.end(place, .ok(number)) }
            }
            kill(getpid(), SIGKILL)
        }
        let (records, tally) = try folder.read()
        #expect(
            records
                == (0..<100).map {
                    EvidenceRecord(worker: 0, intent: .numbered($0), ending: $0 % 10 == 0 ? nil : .ok($0))
                })
        #expect(tally.withoutEnding == 10 && tally.faulty == 0 && tally.segments == 4)
    }

    @Test func `a disk that is full is an error of the intent, and nothing before it is lost`() async throws {
        let folder = try TestFolder()
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            let writer = try EvidenceLossTests.writer(path)
            for number in 0..<30 { writer.end(try writer.begin(.numbered(number)), .ok(number)) }
            _ = signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1_024, rlim_max: 1_024)
            precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            for _ in 0..<2 {
                do throws(EvidenceError) {
                    _ = try writer.begin(.numbered(30))
                    preconditionFailure("there was room")
                } catch {
                    precondition(error.code == EFBIG, "\(error)")
                    precondition("\(error)".hasPrefix("allocate \(EvidenceWriterTests.small) bytes of"), "\(error)")
                }
            }
            try writer.close()
        }
        #expect(folder.names() == ["worker-000.000001.seg"])
        #expect(try folder.read().tally.records == 30)
    }

    @Test func `a folder that cannot be had is an error with its path`() throws {
        let folder = try TestFolder()
        #expect(throws: EvidenceError.self) { try Self.writer("\(folder.path)/no/folder") }
        try folder.write([1], as: "file")
        #expect(throws: EvidenceError.self) { try Self.writer("\(folder.path)/file") }
        let error = #expect(throws: EvidenceError.self) { try EvidenceReader(folder: "\(folder.path)/none") }
        #expect(error?.code == ENOENT && error?.path == "\(folder.path)/none")
    }

    @Test func `evidence is never written over`() throws {
        let folder = try TestFolder()
        try Self.writer(folder.path).close()
        let error = #expect(throws: EvidenceError.self) { try Self.writer(folder.path) }
        #expect(error?.code == EEXIST)
    }

    @Test func `whatever a file was cut to, its whole rows are read`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        for number in 0..<3 { writer.end(try writer.begin(.numbered(number)), .ok(number)) }
        try writer.close()
        for count in (0..<128 + 3 * 64).reversed() {
            try folder.truncate("worker-000.000001.seg", to: count)
            let (records, tally) = try folder.read()
            #expect(records.count == max(0, count - 128) / 64)
            #expect(tally.tornBytes == UInt64(max(0, count - 128) % 64))
            #expect(tally.segmentsWithoutHeader == (count < 128 ? 1 : 0))
        }
    }

    @Test func `a page that never reached the disk loses its rows only`() throws {
        let folder = try TestFolder()
        let writer = try Self.writer(folder.path)
        for number in 0..<5 { writer.end(try writer.begin(.numbered(number)), .ok(number)) }
        try writer.close()
        try folder.overwrite([UInt8](repeating: 0, count: 128), in: "worker-000.000001.seg", at: 128 + 64)
        try folder.overwrite([9], in: "worker-000.000001.seg", at: 128 + 3 * 64)
        let (records, tally) = try folder.read()
        #expect(records.map(\.intent.arrival) == [0, 4])
        #expect(tally.faulty == 1)
    }

    @Test func `a segment of another run, kind or version is refused in words`() throws {
        let folder = try TestFolder()
        let name = "worker-000.000001.seg"
        try Self.writer(folder.path).close()
        try folder.write(Array("not evidence".utf8), as: "notes.txt")
        #expect(try folder.read().tally.segments == 1)
        let refusals: [(bytes: [UInt8], offset: Int, reason: String)] = [
            ([2], 8, "version 2 of the format; this Spillway reads version 1"),
            ([1, 0, 64], 8, "sizes that version 1 does not have"),
            ([128, 0, 64, 0, 9], 10, "a segment that was renamed"),
            (Array("x".utf8), 0, "no segment of evidence"),
        ]
        for (bytes, offset, reason) in refusals {
            try folder.overwrite(bytes, in: name, at: offset)
            #expect(throws: EvidenceError.self) { try folder.read() }
            let error = #expect(throws: EvidenceError.self) { try EvidenceReader(folder: folder.path) }
            #expect(error?.reason == reason && error?.code == 0)
        }
    }

    @Test func `evidence of two runs in one folder is refused`() throws {
        let folder = try TestFolder()
        try Self.writer(folder.path).close()
        try EvidenceWriter(folder: folder.path, worker: 1, runID: "run-2", planDigest: "00ff").close()
        let error = #expect(throws: EvidenceError.self) { try EvidenceReader(folder: folder.path) }
        #expect(error?.reason == "evidence of another run, 'run-2'")
    }
}
