import Cryptography
import SeededRandom
import Timebase

extension JourneyContext {
    package enum Rendering: Sendable, Equatable {
        case whole
        /// No journey has kept yet what this one asks of `recent`.
        case recentMissing
        /// An earlier step of this journey kept nothing, since it was left out.
        case keptMissing
    }

    /// Appends the whole request, or nothing.
    ///
    /// - Parameter attempt: from 0. The same attempt gives the same bytes, but for `${now}`.
    package func render(_ step: CompiledStep, attempt: Int = 0, into wire: inout [UInt8]) -> Rendering {
        guard let request = step.content.request else { preconditionFailure("'\(step.title)' sends nothing") }
        if attempt > 0, step.kind == .request, journey.retry?.sameKey == false { takeNewKey(step, attempt: attempt) }
        let readiness = prepare(step, attempt)
        guard readiness == .whole else { return readiness }
        wire.append(request.opening.span)
        let targetStart = wire.count
        write(request.target, into: &wire)
        let target = targetStart..<wire.count
        write(request.fields, into: &wire)
        if request.hasTrace { writeTrace(step, attempt, into: &wire) }
        if let ending = request.ending {
            if !request.signatures.isEmpty { sign(request, target, into: &wire) }
            wire.append(ending.span)
            return .whole
        }
        guard let content = request.body else { return .whole }
        body.removeAll(keepingCapacity: true)
        write(content, into: &body)
        if !request.signatures.isEmpty { sign(request, target, into: &wire) }
        wire.append("content-length: ".utf8.span)
        wire.appendDecimal(UInt64(body.count))
        wire.append("\r\n\r\n".utf8.span)
        wire.append(contentsOf: body)
        return .whole
    }

    /// Values that belong to the step: those made anew for each request, and those that others left.
    func prepare(_ step: CompiledStep, _ attempt: Int) -> Rendering {
        let needs = step.content.needs
        for index in needs.kept.indices where slots[needs.kept[index]].form == .missing { return .keptMissing }
        for need in needs.recent where slots[need.slot].form == .missing {
            let start = values.count
            let place = seed.split(Label.recent).child(need.slot)
            guard let form = loop.draw(ring: need.ring, at: place, to: &values) else { return .recentMissing }
            self.place(need.slot, form, from: start)
        }
        if let slot = needs.uuid {
            let isFresh = step.kind != .request || journey.retry?.sameKey == false
            let place = seed.split(Label.uuid).child(step.position).child(isFresh ? attempt : 0)
            store(slot, .text) { $0.appendUUID(at: place) }
        }
        if let slot = needs.now {
            let milliseconds = book.setting.epochMilliseconds &+ now.nanoseconds / 1_000_000
            store(slot, .text) { $0.appendInstant(epochMilliseconds: milliseconds) }
        }
        return .whole
    }

    func write(_ program: Program, into out: inout [UInt8]) {
        let values = values
        for piece in program.pieces {
            switch piece {
            case .bytes(let range): out.append(program.bytes.span.extracting(range))
            case .value(let slot, let place):
                place.append(values.span.extracting(slots[slot].range), slots[slot].form, to: &out)
            case .requestPath, .requestBody: preconditionFailure("a request that contains itself")
            }
        }
    }

    /// The W3C field: version, trace, span, and that it is sampled. Neither trace nor span may be all zeros.
    func writeTrace(_ step: CompiledStep, _ attempt: Int, into wire: inout [UInt8]) {
        let place = seed.split(Label.trace).child(step.position).child(attempt)
        wire.append("traceparent: 00-".utf8.span)
        wire.appendHexadecimal(place.child(0).bits)
        wire.appendHexadecimal(place.child(1).bits | 1)
        wire.append(UInt8(ascii: "-"))
        wire.appendHexadecimal(place.child(2).bits | 1)
        wire.append("-01\r\n".utf8.span)
    }
}
