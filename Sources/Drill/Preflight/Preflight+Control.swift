import Diagnostics
import PlanModel
import PlanValues

extension Preflight {
    /// Untagged twins go to a stack that the run has started itself, or to one of which somebody outside the plan has said
    /// that real payments may go there: that very entry point, written out.
    var control: [PreflightCheck] {
        guard let rate = plan.shadow.control else { return [] }
        let name = "control stream"
        if case .embedded = plan.target.entry {
            return [
                PreflightCheck(name, .passed, "\(rate.value) untagged twins, beside the traffic of stages that count")
            ]
        }
        let said = realPayments.compactMap(HTTPAddress.init)
        for entry in plan.target.entry.addresses {
            guard case .url(let url) = entry.address.value else {
                let words = "a mock bank takes marked requests only, and 'control' sends untagged ones"
                return [PreflightCheck(name, .failed, words, fix: "leave 'control' out", at: rate.span)]
            }
            guard said.contains(url) else {
                let words =
                    "untagged twins are real payments to \(url), and nobody outside the plan has said that they may be"
                return [
                    PreflightCheck(
                        name, .failed, words,
                        fix: "leave 'control' out, or write '--control-is-real-payments \(url)'", at: rate.span)
                ]
            }
        }
        let words = "\(rate.value) untagged twins go out as real payments, as '--control-is-real-payments' says"
        return [PreflightCheck(name, .warned, words, at: rate.span)]
    }
}
