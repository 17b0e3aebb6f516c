/// One of several things that were found about a claim; a pass is a remark.
struct Finding {
    let status: Judgement.Status
    let text: String
}

extension [Finding] {
    /// One that fails decides, and all must pass.
    var status: Judgement.Status { .together(map(\.status)) }

    /// What decides comes first.
    var reasons: [String] {
        Judgement.Status.byWeight.flatMap { weight in filter { $0.status == weight }.map(\.text) }
    }
}
