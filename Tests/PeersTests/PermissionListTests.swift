import Diagnostics
import PlanModel
import PlanValues
import Testing

@testable import Peers

@Suite struct PermissionListTests {
    @Test func `a policy file has a network on a line, and comments`() {
        var (list, diagnostics) = (PermissionList(), DiagnosticCollector())
        let text = "# ours\n\n  10.20.0.0/16   # the drill's\r\n2001:db8::/32\n\t127.0.0.1#no space\n#10.0.0.0/8"
        list.add(file: SourceText(name: "policy", text: text), into: &diagnostics)
        list.add(argument: "192.168.7.0/24", into: &diagnostics)
        #expect(diagnostics.diagnostics.isEmpty)
        #expect(list.written == ["10.20.0.0/16", "2001:db8::/32", "127.0.0.1", "192.168.7.0/24"])
        #expect(list.blocks.map(\.prefix) == [16, 32, 32, 24])
    }

    @Test func `every mistake of a policy is told with its line`() {
        var (list, diagnostics) = (PermissionList(), DiagnosticCollector())
        let text = "10.20.0.0/16\nbank.example\n10.0.0.1/8 # slip\n010.0.0.0/8\n"
        list.add(file: SourceText(name: "policy", text: text), into: &diagnostics)
        list.add(argument: "", into: &diagnostics)
        #expect(list.written == ["10.20.0.0/16"])
        #expect(
            DiagnosticRenderer().render(diagnostics.diagnostics) == """
                policy:2:1: error: 'bank.example' is no network; write one as in '10.20.0.0/16' or '2001:db8::/32'
                 2 | bank.example
                   | ^~~~~~~~~~~~
                policy:3:1: error: '10.0.0.1/8' has bits set behind its prefix; write the network's first address, or a longer prefix
                 3 | 10.0.0.1/8 # slip
                   | ^~~~~~~~~~
                policy:4:1: error: '010.0.0.0/8' is no network; write one as in '10.20.0.0/16' or '2001:db8::/32'
                 4 | 010.0.0.0/8
                   | ^~~~~~~~~~~
                --allow:1:1: error: '' is no network; write one as in '10.20.0.0/16' or '2001:db8::/32'
                 1 |
                   | ^

                """)
    }

    @Test func `a policy without an end is cut`() {
        var (list, diagnostics) = (PermissionList(), DiagnosticCollector())
        let text = String(repeating: "10.0.0.1\n", count: PermissionList.blocksMax + 5)
        list.add(file: SourceText(name: "policy", text: text), into: &diagnostics)
        #expect(list.blocks.count == PermissionList.blocksMax)
        #expect(diagnostics.diagnostics.map(\.message) == ["a policy may hold at most 1000 networks"])
    }
}
