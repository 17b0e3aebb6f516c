import Diagnostics
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
        let json = json
        try folder.write(json.masked.bytes(), as: Self.jsonName)
        // From the same masked text, so that the page holds no more than the file.
        let shown = json.holdsCard ? try Self.reading(json.masked, Self.jsonName) : self
        try folder.write(Array(shown.html.utf8), as: Self.pageName)
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
        self = try Self.reading(json, file)
    }

    private static func reading(_ json: JSONValue, _ file: String) throws(ReportingError) -> Report {
        do throws(JSONPlace.Fault) {
            return try Report(json: json)
        } catch {
            throw ReportingError("read", file, reason: "\(error)")
        }
    }
}
