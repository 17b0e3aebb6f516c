package import Capacity
import Diagnostics
import JSON

extension CapacityReport {
    package var html: String { CapacityPage(self).html }

    /// Both files; the folder is created when it is missing.
    package func write(into folder: String) throws(ReportingError) {
        let folder = ReportFolder(folder)
        try folder.make()
        try folder.write(json.masked.bytes(), as: Self.jsonName)
        try folder.write(Array(html.utf8), as: Self.pageName)
    }
}
