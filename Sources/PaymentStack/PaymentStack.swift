// Goal: a small but real payment system: it keeps what it acknowledged, posts by double entry, and sheds what it cannot
// do in time. It is the target of drills on one machine, live and simulated.
// Method: straight-line handlers over small cores that know no sockets:
//
//     gateway -> door (limits, queue, processor) -> claim -> route -> bank -> ledger -> answer
//                                                                        -> outbox -> notification
//
// Not here: the banks (they are reached over HTTP), several instances, other databases.

package import EventLoop
import StackVocabulary
package import Timebase

package final class PaymentStack {
    package let order: StackOrder
    package let loop: EventLoop

    package init(_ order: StackOrder, on loop: EventLoop) {
        self.order = order
        self.loop = loop
    }

    /// Where it listens: for merchants and banks, and for the operator.
    package struct Places: Sendable, Equatable {
        package let front: Address
        package let operatorDesk: Address
    }

    /// Recovers what the store holds, then listens.
    package func open() async throws(StackFault) -> Places {
        throw StackFault("the payment stack does not open")
    }

    /// Takes no more, lets what is under way end, makes everything durable.
    package func close(until deadline: Instant) async {}
}
