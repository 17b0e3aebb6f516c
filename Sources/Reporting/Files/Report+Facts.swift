import Diagnostics
package import JSON

extension Report {
    /// What is no part of a run's record and stands beside it, such as the facts of the host.
    package static func write(_ facts: JSONValue, as name: String, into folder: String) throws(ReportingError) {
        let folder = ReportFolder(folder)
        try folder.make()
        try folder.write(facts.masked.bytes(), as: name)
    }
}
