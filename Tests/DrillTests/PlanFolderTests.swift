import LoadDriver
import TestFolders
import Testing
import Traffic

@testable import Drill

@Suite struct PlanFolderTests {
    private static let line = Array(#"{"at": 7, "method": "GET", "target": "/r"}"#.utf8)

    /// zstd's plainest form: one block that is not compressed.
    private static var compressed: [UInt8] {
        let header = 1 | line.count << 3
        return [0x28, 0xB5, 0x2F, 0xFD, 0, 0x38, UInt8(header & 0xff), UInt8(header >> 8), 0] + line
    }

    @Test func `a recording is decompressed by its name`() throws {
        let space = try TestFolder()
        for (name, bytes) in [("a.ndjson", Self.line), ("a.ndjson.zst", Self.compressed)] {
            try space.write(bytes, as: name)
            for folder in [space.path, space.path + "/"] {
                var recording = PlanFolder(folder).recording(name).recording()
                #expect(try recording.next()?.target == "/r")
                #expect(try recording.next() == nil)
            }
        }
        try space.write(Self.line, as: "a.zst")
        var recording = PlanFolder(space.path).recording("a.zst").recording()
        let error = #expect(throws: (any Error).self) { try recording.next() }
        #expect(error.map { "\($0)" } == "this is no sound zstd stream: Unknown frame descriptor")
    }
}
