import JSON

extension Report {
    package static let jsonName = "report.json"
    package static let pageName = "report.html"

    package var html: String { Page(self).html }

    /// Both files; the folder is created when it is missing. report.json comes first: from it the page can be made
    /// again.
    package func write(into folder: String) throws(ReportingError) {
        let folder = ReportFolder(folder)
        try folder.make()
        try folder.write(json.bytes(), as: Self.jsonName)
        try folder.write(Array(html.utf8), as: Self.pageName)
    }

    /// A stored report.json, or the one in a stored report's folder.
    package init(reading path: String) throws(ReportingError) {
        let (file, bytes) = try ReportFolder.bytes(of: path, orIn: Self.jsonName, bytesMax: JSONValue.bytesMax)
        let json: JSONValue
        do throws(JSONFault) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw ReportingError("read", file, reason: "\(error)")
        }
        do throws(JSONPlace.Fault) {
            try self.init(json: json)
        } catch {
            throw ReportingError("read", file, reason: "\(error)")
        }
    }
}
