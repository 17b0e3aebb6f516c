import ChannelProfile
import Diagnostics
import EventLoop
import Evidence
import Glibc
import PlanModel
import Reporting
import ShadowTag

/// What the mock banks of a run are started from.
struct BankOrder {
    /// Where the plan names them.
    let span: SourceSpan
    let profile: ChannelProfile
    /// As this process opens it.
    let path: String
    let runID: RunID
    /// In seconds since 1970, of the run's marks.
    let expires: Int64
    /// For journals and statements, a folder for each channel in it; nil for a run that leaves no files.
    let folder: String?
    /// Networks, as they were permitted outside the plan.
    let permitted: [String]
    let environment: [String: String]
    let executable: String
    /// 32 hexadecimal digits: who knows them may put faults on the banks.
    let token: String
    /// Banks for live traffic, beside those for shadow traffic.
    let isLive: Bool

    /// Nil for a plan without banks.
    init?(_ order: DrillOrder, runID: RunID, expires: Int64, isLive: Bool = false) {
        guard let channels = order.plan.channels, let profile = order.profile else { return nil }
        span = channels.span
        self.profile = isLive ? profile.liveTwin : profile
        path = PlanFolder(order.planFolder).place(channels.value)
        self.runID = runID
        self.expires = expires
        let report = ReportFolder(order.outFolder)
        folder =
            !order.leavesFiles
            ? nil : isLive ? report.liveChannels(ofRun: runID.text) : report.channels(ofRun: runID.text)
        permitted = order.permitted
        environment = order.environment
        executable = order.executable
        token = order.bankToken
        self.isLive = isLive
    }
}

extension BankOrder {
    /// In messages.
    var title: String { isLive ? "the live twins of the mock banks" : "the mock banks" }

    /// Of a run that was refused: its banks have answered probes and nothing else.
    func discardJournals() {
        guard let folder else { return }
        for channel in profile.channels {
            let path = "\(folder)/\(channel.name.value)"
            for name in (try? FolderListing(of: path))?.names ?? [] where name.hasSuffix(".seg") {
                unsafe _ = unlink("\(path)/\(name)")
            }
            ReportFolder(path).removeIfEmpty()
        }
        ReportFolder(folder).removeIfEmpty()
    }
}
