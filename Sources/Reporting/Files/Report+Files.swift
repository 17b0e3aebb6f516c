import Diagnostics
import Evidence
package import JSON

extension Report {
    package static let jsonName = ReportFile.json.name
    package static let pageName = ReportFile.html.name

    package static let environmentName = "environment.json"

    package var html: String { Page(self).html }

    /// Writes report.json and the files that are asked for; the folder is created when it is missing. report.json comes
    /// first: from it the others can be made again. Of an earlier report in the folder nothing stays that could be taken
    /// for a part of this one.
    package func write(_ files: [ReportFile] = ReportFile.allCases, into folder: String) throws(ReportingError) {
        let folder = ReportFolder(folder)
        try folder.make()
        let json = json
        try folder.write(json.masked.bytes(), as: Self.jsonName)
        // From the same masked text, so that no file holds more than this one.
        let shown = json.holdsCard ? try Self.reading(json.masked, Self.jsonName) : self
        for file in ReportFile.allCases where file != .json {
            if files.contains(file) {
                try folder.write(Array(shown.text(of: file).utf8), as: file.name)
            } else {
                folder.remove(file.name)
            }
        }
    }

    /// report.html alone, with what is known of the host where that is given: the page is for people, who ask for it. That of a
    /// rehearsal is the same on any host.
    package func writePage(into folder: String, environment: JSONValue? = nil) throws(ReportingError) {
        let isLive = record.identity.world == .live
        let page = Page(try masked, environment: isLive ? environment?.masked : nil)
        try ReportFolder(folder).write(Array(page.html.utf8), as: Self.pageName)
    }

    /// As it is written, without the numbers of cards.
    package var masked: Report {
        get throws(ReportingError) { textsHoldCard ? try Self.reading(json.masked, Self.jsonName) : self }
    }

    /// Without the figures, which are nearly all of a report and no texts.
    private var textsHoldCard: Bool {
        var told = record
        told.slices = []
        told.generator.lag = []
        for stage in told.stages.indices { told.stages[stage].cells = [] }
        for channel in told.channels.indices { told.channels[channel].admitted = nil }
        return Report(told, audit: audit, judgements: judgements).json.holdsCard
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
