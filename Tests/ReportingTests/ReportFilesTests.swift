import Glibc
import Reporting
import Testing

@Suite struct ReportFilesTests {
    /// `SAMPLE_REPORT=FOLDER` keeps the sample there, to look at.
    @Test func `a report is two files in a folder of the user's own`() throws {
        let asked = unsafe getenv("SAMPLE_REPORT").map { unsafe String(cString: $0) }
        let folder = try TemporaryFolder()
        let path = asked ?? folder.path + "/reports/flash-sale"
        try SampleReport.flashSale.write(into: path)
        #expect(folder.mode(of: path) == 0o700)
        #expect(folder.mode(of: path + "/report.html") == 0o600)
    }
}
