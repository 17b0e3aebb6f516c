import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Journeys
import PlanModel
import SeededRandom
import Timebase
import Traffic

extension Runner {
    /// A recorded request as it was, but for what belongs to its old connection; marked as this run's traffic.
    func replay(_ recorded: RecordedRequest, of work: ArrivalWork) async {
        let began = now
        let second =
            admission?.wait.second
            ?? driver.tally.arrivalBegan(
                due: work.due.nanoseconds, lag: (began - work.due).nanoseconds, stage: work.stage)
        defer { second.arrivalEnded(after: (now - work.due).nanoseconds) }
        let step = driver.replayStep(ofStage: work.stage)
        let method = Method.allCases.first { $0.name == recorded.method } ?? .other
        wire.removeAll(keepingCapacity: true)
        guard render(recorded, method, of: work) else { return driver.tally.arrivalSkipped(due: work.due.nanoseconds) }
        let intent = Intent(
            step: UInt16(step), arrival: UInt64(bitPattern: Int64(work.index)), intendedAt: work.due, sentAt: began)
        guard case .recorded(let place, _) = record(intent) else { return }
        _ = driver.tally.stepBegan(due: work.due.nanoseconds)
        let admission = takeAdmission()
        let ended: Attempt
        do throws(HTTPClientError) {
            let response = try await driver.targets[0].send(
                HTTPRequest(method, wire: wire), in: admission?.turn,
                until: admission?.wait.deadline ?? loop.now + driver.plan.target.timeout)
            ended = judge(recorded: response)
        } catch {
            ended = judge(error)
        }
        let endedAt = now
        end(place, ended, at: endedAt)
        driver.tally.stepEnded(
            step, ended.outcome, in: second, stage: work.stage, due: work.due.nanoseconds,
            attemptDue: work.due.nanoseconds, sent: (began + ended.poolWait).nanoseconds, at: endedAt.nanoseconds,
            isAdvised: ended.isAdvised)
    }

    /// False for what this codec does not send, such as a method of somebody's own.
    private func render(_ recorded: RecordedRequest, _ method: Method, of work: ArrivalWork) -> Bool {
        context.begin(driver.book.marks, arrival: work.index, seed: work.seed, intendedAt: work.due)
        do throws(WireError) {
            try HeadEncoder.requestLine(method, target: recorded.target, into: &wire)
            for header in recorded.headers where !Self.belongsToConnection(header.name) {
                try HeadEncoder.field(header.name, header.value, into: &wire)
            }
        } catch {
            return false
        }
        guard case .whole = context.renderMarks(into: &wire) else { return false }
        if !recorded.body.isEmpty || method == .post || method == .put || method == .patch {
            HeadEncoder.contentLength(recorded.body.count, into: &wire)
        }
        HeadEncoder.end(into: &wire)
        wire.append(contentsOf: recorded.body)
        return true
    }

    private static func belongsToConnection(_ name: String) -> Bool {
        [
            "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade",
            "expect", "proxy-connection", "traceparent", "baggage",
        ].contains(name.lowercased())
    }

    /// What was answered on the day of the recording is not known, so any success will do.
    private func judge(recorded response: HTTPResponse) -> Attempt {
        let outcome =
            driver.plan.classify.outcome(of: response.status) ?? (response.status < 400 ? .ok : .expectationFailed)
        return Attempt(
            outcome: outcome, status: response.status, poolWait: response.poolWait,
            isAdvised: response.field("retry-after") != nil)
    }
}
