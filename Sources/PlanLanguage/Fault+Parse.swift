package import ChannelProfile
package import Diagnostics

extension Fault {
    package struct ListOutcome: Sendable {
        package let faults: [Fault]?
        package let diagnostics: [Diagnostic]
    }

    /// Reads a list of faults alone, in YAML or JSON, as a profile has it: for those that are put on banks that run.
    package static func parse(list source: SourceText, channels: [String]) -> ListOutcome {
        var reading = PlanReading(.profile, environment: nil)
        guard let tree = YAMLReader.read(source, into: &reading.collector) else {
            return ListOutcome(faults: nil, diagnostics: reading.collector.diagnostics)
        }
        reading.declared[.channel] = channels.map { Located($0, at: SourceSpan(source, 0..<0)) }
        let faults = FaultGrammar.ofProfile.read(tree, "faults", &reading)
        reading.resolve()
        return ListOutcome(
            faults: reading.collector.hasErrors ? nil : faults, diagnostics: reading.collector.diagnostics)
    }
}
