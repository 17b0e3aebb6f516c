extension Report {
    package static let jsonName = "report.json"
    package static let pageName = "report.html"

    package var html: String { Page(self).html }

    /// Both files; the folder is created when it is missing. report.json comes first: from it the page can be made
    /// again.
    package func write(into folder: String) throws(ReportingError) {
        let folder = try ReportFolder(creating: folder)
        try folder.write(Array(html.utf8), as: Self.pageName)
    }
}
