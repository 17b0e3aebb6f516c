import HTTPService

extension Problem {
    static let noSuchPayment = Problem(
        status: 404, kind: "no-such-payment", detail: "no payment of this reference is known here")
    static let notFound = Problem(
        status: 404, kind: "no-such-path",
        detail: "this bank knows POST /v1/{authorise,capture,reverse,refund,transfer}, GET /v1/payments/{reference} "
            + "and GET /v1/statement")
}
