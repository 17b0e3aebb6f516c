import TestFolders
import Testing

@testable import SpillwayCLI

/// `spillway new`, as somebody has it who has never written a plan.
@Suite struct NewTests {
    @Test(arguments: PlanTemplate.allCases)
    func `every template is right as it stands, and rehearses green`(template: PlanTemplate) throws {
        let folder = try TestFolder()
        let plan = "\(folder.path)/first.yaml"
        let saying = Saying("new \(plan) --template \(template.rawValue)")
        #expect(saying.code == .success && saying.talk.isEmpty, "\(saying.talk)")
        #expect(saying.results.first == "wrote \(plan) and \(folder.path)/first-banks.yaml")
        #expect(saying.results.suffix(3) == ["check", "rehearse", "run"].map { "  spillway \($0) \(plan)" })
        let checked = Saying("check \(plan) \(folder.path)/first-banks.yaml")
        #expect(checked.code == .success && checked.talk.isEmpty, "\(checked.talk)")
        let rehearsed = Saying("rehearse \(plan) --quiet --out \(folder.path)/out")
        #expect(rehearsed.code == .success, "\(rehearsed.talk)\n\(rehearsed.results.joined(separator: "\n"))")
    }

    @Test(arguments: PlanTemplate.allCases.filter { $0.gentle != nil })
    func `a plan for a stack that is there is right, and is drawn`(template: PlanTemplate) throws {
        let folder = try TestFolder()
        let plan = "\(folder.path)/shop.yaml"
        let saying = Saying("new \(plan) --template \(template.rawValue) --target http://127.0.0.1:8080/api/")
        #expect(saying.code == .success && saying.talk.isEmpty, "\(saying.talk)")
        #expect(saying.results.last == "  spillway run \(plan)")
        #expect(folder.names() == ["shop.yaml"])
        #expect(folder.text(of: "shop.yaml").contains(#"url: "http://127.0.0.1:8080/api""#))
        #expect(Saying("check \(plan)").code == .success)
        #expect(Saying("rehearse --arrivals \(plan)").code == .success)
    }

    @Test(arguments: [
        ("http://10.20.0.7:8080", #"allow: ["10.20.0.7/32"]"#, " --allow 10.20.0.7/32"),
        ("https://pay.example.test", "# allow: [10.20.0.0/16]", " --allow NETWORK"),
        ("http://[::1]:8080", #"allow: [127.0.0.0/8, "::1/128"]"#, ""),
        ("http://[2001:db8::7]", #"allow: ["2001:db8:0:0:0:0:0:7/128"]"#, " --allow 2001:db8:0:0:0:0:0:7/128"),
        ("http://localhost:8080", #"allow: [127.0.0.0/8, "::1/128"]"#, ""),
    ])
    func `who another machine is for is told that it is allowed twice`(
        target: String, allowed: String, option: String
    ) throws {
        let folder = try TestFolder()
        let saying = Saying("new \(folder.path)/shop.yaml --target \(target)")
        #expect(saying.code == .success, "\(saying.talk)")
        #expect(folder.text(of: "shop.yaml").contains(allowed))
        #expect(saying.results.last == "  spillway run \(folder.path)/shop.yaml\(option)")
        #expect(Saying("check \(folder.path)/shop.yaml").code == .success)
    }

    @Test func `nothing that is there is written over, and nothing half is left`() throws {
        let folder = try TestFolder()
        try folder.write("mine", as: "first.yaml")
        try folder.write("mine", as: "other-banks.yaml")
        for name in ["first", "other"] {
            let saying = Saying("new \(folder.path)/\(name).yaml")
            #expect(saying.code == .usage && saying.results.isEmpty)
            #expect(saying.talk.count == 1 && saying.talk[0].contains("is there already, and is left as it is"))
        }
        #expect(folder.names() == ["first.yaml", "other-banks.yaml"])
        #expect(folder.text(of: "first.yaml") == "mine" && folder.text(of: "other-banks.yaml") == "mine")
        let lost = Saying("new \(folder.path)/none/first.yaml")
        #expect(lost.code == .usage && lost.talk.first?.contains("its folder is not there") == true)
    }

    @Test(arguments: [
        ("first", "first.yaml", "first"), ("my plan.v2.yml", "my plan.v2.yml", "my-plan.v2"),
        ("über.yaml", "über.yaml", "ber"), ("--x.yaml", "--x.yaml", "x"),
        (
            String(repeating: "n", count: 90), String(repeating: "n", count: 90) + ".yaml",
            String(repeating: "n", count: 58)
        ),
    ])
    func `a plan is named by its file, in the letters that a name may have`(path: String, file: String, name: String) {
        let plan = StarterPlan(path: path, template: .ramp, target: nil)
        #expect(plan?.path == file)
        #expect(plan?.name == name)
        #expect(plan?.diagnostics.isEmpty == true)
    }

    @Test(arguments: [
        ("new", "'spillway new' needs the file to write, as in checkout.yaml; write 'spillway new PLAN'"),
        ("new a.yaml --template spkie", "there is no template 'spkie'; did you mean 'spike'?"),
        ("new a.yaml --template x", "there is no template 'x'; write ramp|spike|brownout"),
        (
            "new a.yaml --target 127.0.0.1:80",
            "'--target 127.0.0.1:80' is no URL of a stack; write --target http://127.0.0.1:8080"
        ),
        (
            "new a.yaml --target http://h/${env.KEY}",
            "'--target http://h/${env.KEY}' is no URL of a stack; write --target http://127.0.0.1:8080"
        ),
        (
            "new a.yaml --template brownout --target http://127.0.0.1:80",
            "'--template brownout' breaks a mock bank of the embedded stack; leave '--target' out, or take another template"
        ),
        ("new ....yaml", "'....yaml' holds no letter to name a plan by; write 'spillway new first.yaml'"),
        ("nwe a.yaml", "there is no verb 'nwe'; did you mean 'spillway new'?"),
    ])
    func `what cannot be written is told with what to write instead`(words: String, complaint: String) {
        let saying = Saying(words)
        #expect(saying.code == .usage && saying.results.isEmpty)
        #expect(saying.talk == ["error: \(complaint)"])
    }
}
