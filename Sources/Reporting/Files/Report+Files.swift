import Diagnostics
import Evidence
package import JSON

extension Report {
    package static let jsonName = "report.json"
    package static let pageName = "report.html"

    package static let environmentName = "environment.json"

    package var html: String { Page(self).html }

    /// Both files; the folder is created when it is missing. report.json comes first: from it the page can be made
    /// again.
    package func write(into folder: String) throws(ReportingError) {
        let folder = ReportFolder(folder)
        try folder.make()
        let json = json
        try folder.write(json.masked.bytes(), as: Self.jsonName)
        try writePage(into: folder.path)
    }

    /// report.html alone, with what is known of the host where that is given: the page is for people, who ask for it. That of a
    /// rehearsal is the same on any host.
    package func writePage(into folder: String, environment: JSONValue? = nil) throws(ReportingError) {
        // From the same masked text, so that the page holds no more than the file.
        let shown = json.holdsCard ? try Self.reading(json.masked, Self.jsonName) : self
        let isLive = record.identity.world == .live
        let page = Page(shown, environment: isLive ? environment?.masked : nil)
        try ReportFolder(folder).write(Array(page.html.utf8), as: Self.pageName)
    }

    /// What a stored run's folder tells of the host; nil where it tells nothing that can be read.
    package static func environment(in folder: String) -> JSONValue? {
        guard let (_, bytes) = try? ReportFolder.bytes(of: folder, orIn: environmentName, bytesMax: 1 << 16) else {
            return nil
        }
        return try? JSONValue(parsing: bytes)
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
