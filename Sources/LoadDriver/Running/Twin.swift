import EventLoop
import Evidence
import HTTPService
import HTTPWire
import Journeys
import PlanModel
import Timebase

/// The same request once more, with the same key, as clients that are nervous send it. It stands in the evidence with
/// its flag, and in no series: what it does to the target is seen there, and in the audit of the money.
struct Twin {
    private let task: SpawnedTask?

    /// Both at once: the twin goes out right behind its request, in the same turn. Before it, it would be the one that is
    /// answered, and the request the one in conflict.
    init(_ runner: Runner, _ step: CompiledStep, _ work: ArrivalWork, _ attempt: Int, due: TimeSpan, isConcurrent: Bool)
    {
        guard isConcurrent else {
            task = nil
            return
        }
        let bytes = runner.wire
        task = runner.loop.spawn {
            guard (try? await runner.loop.sleep(until: runner.loop.now)) != nil else { return }
            await Twin.send(bytes, runner, step, work, attempt, due: due)
        }
    }

    /// One after the other: the twin follows the answer. Either way the journey goes on when both have ended.
    @inline(never)
    func end(after runner: Runner, _ step: CompiledStep, _ work: ArrivalWork, _ attempt: Int, due: TimeSpan) async {
        if let task {
            return await withTaskCancellationHandler {
                await task.join()
            } onCancel: {
                task.cancel()
            }
        }
        await Twin.send(runner.wire, runner, step, work, attempt, due: due)
    }

    private static func send(
        _ bytes: [UInt8], _ runner: Runner, _ step: CompiledStep, _ work: ArrivalWork, _ attempt: Int, due: TimeSpan
    ) async {
        guard case .recorded(let place, _) = runner.begin(step, work, attempt: attempt, due: due, flags: .isDuplicate)
        else { return }
        let ended: Attempt
        do throws(HTTPClientError) {
            let response = try await runner.driver.targets[step.service].send(
                HTTPRequest(step.method, wire: bytes), until: runner.loop.now + step.timeout)
            ended = runner.judge(twin: response)
        } catch {
            ended = runner.judge(error)
        }
        runner.end(place, ended, at: runner.now)
    }
}

extension Runner {
    @inline(never)
    func beginTwin(of step: CompiledStep, _ work: ArrivalWork, _ attempt: Int, due: TimeSpan) -> Twin {
        Twin(self, step, work, attempt, due: due, isConcurrent: context.journey.duplicate?.isConcurrent ?? false)
    }

    /// By its status alone: values are kept of the first answer only, and a conflict is a twin's good right.
    func judge(twin response: HTTPResponse) -> Attempt {
        Attempt(
            outcome: driver.plan.classify.outcome(of: response.status) ?? .ok, status: response.status,
            poolWait: response.poolWait)
    }
}

extension CompiledStep {
    /// What means the same twice needs no twin.
    var sendsTwin: Bool {
        switch method {
        case .get, .head, .options, .trace: false
        default: true
        }
    }
}
