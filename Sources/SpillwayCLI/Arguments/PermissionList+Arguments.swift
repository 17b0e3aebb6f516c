import Diagnostics
import Peers

extension PermissionList {
    /// From `--allow` and `--policy`. Nil when there are mistakes; they are told.
    init?(_ arguments: Arguments, _ console: Console) {
        self.init()
        var collector = DiagnosticCollector()
        for text in arguments.all("--allow") { add(argument: text, into: &collector) }
        let named = arguments.text("--policy") ?? ProcessEnvironment.values[PermissionList.variable]
        if let path = named, !path.isEmpty {
            do throws(PlanFile.Unreadable) {
                add(file: try PlanFile(path).text(), into: &collector)
            } catch {
                collector.report(.error("the policy '\(path)' cannot be read: \(error.reason)"))
            }
        }
        console.tell(collector.diagnostics, droppedCount: collector.droppedCount)
        if collector.hasErrors { return nil }
    }
}
