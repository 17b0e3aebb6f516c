import EventLoop
import PaymentStack
import TestFolders
import Testing

/// What benchmarks measure is what stacks do.
@Suite struct LedgerTrialTests {
    @Test(arguments: [false, true])
    func `a trial makes two changes of each payment and tells how long each took`(isFile: Bool) throws {
        let folder = try TestFolder()
        var trial = LedgerTrial()
        trial.callers = 10
        trial.payments = 95
        trial.scatteredKeys = isFile
        if isFile { trial.database = "\(folder.path)/ledger.db" }
        let loop = try EventLoop.live()
        let figures = try loop.run { [trial] () async throws in try await trial.run(on: loop) }
        #expect(figures.changes == 190 && figures.latencies.count == 190 && figures.groups <= 190)
        #expect(figures.latencies == figures.latencies.sorted())
    }
}
