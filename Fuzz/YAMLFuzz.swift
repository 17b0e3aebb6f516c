// The libFuzzer entry of the YAML reader, and of the plans and mock profiles that it reads; scripts/fuzz builds and runs it.
//
// An input is a text. A finding is a trap, a refusal without an error, or a place outside the text or its parent's end.

import ChannelProfile
import Diagnostics
import PlanLanguage
import PlanModel

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer lends `count` bytes for the duration of this call.
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
    var limits = YAMLReader.Limits()
    limits.nodes = 2_000
    var collector = DiagnosticCollector()
    let source = SourceText(name: "input", bytes: bytes)
    let root = YAMLReader.read(source, limits: limits, into: &collector)
    guard (root == nil) == collector.hasErrors else {
        fatalError("a refusal without an error, or an error without one")
    }
    _ = DiagnosticRenderer().render(collector.diagnostics)
    if let root {
        check(root)
        let plan = Plan.parse(source)
        check(plan.diagnostics, isRefused: plan.plan == nil, source)
        let profile = ChannelProfile.parse(source)
        check(profile.diagnostics, isRefused: profile.profile == nil, source)
    }
    return 0
}

private func check(_ diagnostics: [Diagnostic], isRefused: Bool, _ source: SourceText) {
    guard isRefused == diagnostics.contains(where: { $0.severity == .error }) else {
        fatalError("a refusal without an error, or an error without one")
    }
    guard diagnostics.allSatisfy({ $0.span?.source === source }) else { fatalError("a mistake of another text") }
    _ = DiagnosticRenderer().render(diagnostics)
}

private func check(_ node: YAMLNode) {
    switch node.content {
    case .sequence(let nodes): nodes.forEach(check)
    case .mapping(let entries):
        guard Set(entries.map(\.key)).count == entries.count else { fatalError("a key stands twice") }
        entries.forEach { check($0.value) }
    case .null, .boolean, .integer, .float, .text: break
    }
}
