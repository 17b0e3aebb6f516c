import EventLoop
import HTTPService

extension LoadDriver {
    /// It stands in line for a connection, or an idle runner takes it, or a new one.
    @inline(__always)
    func admit(_ work: ArrivalWork) {
        if let entrance = entrances.entrance(of: work), entrance.client.isFull {
            ArrivalWait(work, at: entrance, of: self).standInLine()
        } else {
            nextRunner().take(work)
        }
    }

    @inline(__always)
    func nextRunner() -> Runner { runners.next() ?? hire() }

    /// It rests until it is given work: whoever hires it may be in the midst of something.
    private func hire() -> Runner {
        let runner = Runner(self)
        start(runner)
        return runner
    }

    /// The wait was in vain, and thousands may end so at one instant. Each has a runner for itself, which has nothing to
    /// wait for and is home again before the next begins.
    func refuse(_ admission: Admission) {
        let runner = Runner(self)
        runner.take(admission.wait.work, admission)
        runner.dismiss()
        start(runner)
    }

    private func start(_ runner: Runner) {
        runners.add(runner)
        let task = loop.spawn { await runner.live() }
        runners.keep(task, of: runner)
    }
}
