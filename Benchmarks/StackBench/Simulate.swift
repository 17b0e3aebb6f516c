import BenchSupport
import ChannelMock
import EventLoop
import Glibc
import HTTPService
import PaymentStack
import StackVocabulary
import Timebase

/// One world: the sender, the stack and the bank on one simulated loop.
private nonisolated func world<Value>(
    _ setting: StackSetting, seed: UInt64, _ body: @escaping (EventLoop, Address) async throws -> Value
) throws -> Value {
    let loop = EventLoop.simulated(seed: seed)
    return try loop.run {
        let (bank, address) = try benchBank(on: loop)
        let stack = PaymentStack(benchOrder(setting, bank: address), on: loop)
        let places = try await stack.open()
        let value = try await body(loop, places.front)
        await stack.close(until: loop.now + .seconds(30))
        await bank.close(until: loop.now + .seconds(30))
        return value
    }
}

nonisolated func simulate(_ payments: Int, seed: UInt64) throws {
    let clock = ContinuousClock()
    let began = clock.now
    var setting = StackSetting()
    setting.service = ServiceCosts(pay: .microseconds(10))
    let paid = try world(setting, seed: seed) { loop, front in
        guard case .ipv4(_, port: let port) = front else { return 0 }
        return try await Crowd(on: loop, port: port, payments).run()
    }
    let elapsed = (clock.now - began).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    print(#"{"payments": \#(paid), "seconds": \#(seconds), "rate": \#(Double(paid) / seconds)}"#)
}

nonisolated func overload(cost: TimeSpan, factor: Int, for span: TimeSpan, seed: UInt64) throws {
    var setting = StackSetting()
    setting.service = ServiceCosts(pay: cost)
    let knee = Double(setting.cores) * 1e9 / Double(cost.nanoseconds)
    let results = try world(setting, seed: seed) { loop, front in
        guard case .ipv4(_, port: let port) = front else { return [OpenLoad.Result]() }
        var results: [OpenLoad.Result] = []
        for share in [0.9, Double(factor), 0.9] {
            let load = OpenLoad(on: loop, port: port)
            results.append(try await load.run(Int(knee * share), for: span))
            load.close()
        }
        return results
    }
    for result in results { print(result.json) }
}

/// Sixty-four who pay until all is paid.
private final class Crowd {
    private let loop: EventLoop
    private let client: HTTPClient
    private let template: NumberedRequest
    private let wanted: Int
    private var sent = 0
    private var paid = 0

    init(on loop: EventLoop, port: UInt16, _ wanted: Int) {
        self.loop = loop
        self.wanted = wanted
        let origin = HTTPOrigin(.loopback(port: port))
        client = HTTPClient(on: loop, to: origin)
        template = .payment(host: origin.host, now: loop.secondsSince1970)
    }

    func run() async throws -> Int {
        let users = (0..<64).map { _ in loop.spawn { [self] in await pay() } }
        for user in users { await user.join() }
        client.close()
        return paid
    }

    private func pay() async {
        while sent < wanted {
            sent += 1
            guard let response = try? await client.send(template.request(sent), until: loop.now + .seconds(10)) else {
                return
            }
            if response.status == 201 { paid += 1 }
        }
    }
}
