import SeededRandom
import ShadowTag
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
        guard let request = step.request else { preconditionFailure("'\(step.title)' sends nothing") }
        if attempt > 0, step.kind == .request, journey.retry?.sameKey == false { takeNewKey(step, attempt: attempt) }
        if !step.needsNothing {
            let readiness = prepare(step, attempt)
            guard readiness == .whole else { return readiness }
        }
        trace = seed.child(Label.trace).child(step.position).child(attempt)
        write(request.head, into: &wire)
        if let content = request.body {
            body.removeAll(keepingCapacity: true)
            write(content, into: &body)
            if !request.signatures.isEmpty {
                sign(request.signatures, over: body, into: &wire)
                wire.append("content-length: ".utf8.span)
            }
            wire.appendDecimal(UInt64(body.count))
            wire.append("\r\n\r\n".utf8.span)
            wire.append(contentsOf: body)
        } else if let ending = request.ending {
            sign(request.signatures, over: ending.body, into: &wire)
            wire.append(contentsOf: ending.length)
            wire.append(contentsOf: ending.body)
        }
        return .whole
    }

    /// Values that belong to the step: those made anew for each request, and those that others left.
    func prepare(_ step: CompiledStep, _ attempt: Int) -> Rendering {
        let needs = step.needs
        for index in needs.kept.indices where slots[needs.kept[index]].form == .missing { return .keptMissing }
        for need in needs.recent where slots[need.slot].form == .missing {
            let start = values.count
            let place = seed.child(Label.recent).child(need.slot)
            guard let form = loop.draw(ring: need.ring, at: place, to: &values) else { return .recentMissing }
            self.place(need.slot, form, from: start)
        }
        if let slot = needs.uuid {
            let isFresh = step.kind != .request || journey.retry?.sameKey == false
            let place = seed.child(Label.uuid).child(step.position).child(isFresh ? attempt : 0)
            store(slot, .text) { $0.appendUUID(at: place) }
        }
        if let slot = needs.now {
            let milliseconds = book.setting.epochMilliseconds &+ now.nanoseconds / 1_000_000
            store(slot, .text) { $0.appendInstant(epochMilliseconds: milliseconds) }
        }
        return .whole
    }

    func write(_ segments: Segments, into out: inout [UInt8]) {
        let (bytes, values) = (segments.bytes, values)
        for piece in segments.pieces {
            switch piece {
            case .bytes(let range): out.append(bytes.span.extracting(range))
            case .value(let slot, let place):
                let slot = slots[slot]
                if place == .raw {
                    out.append(values.span.extracting(slot.range))
                } else {
                    place.append(values.span.extracting(slot.range), slot.form, to: &out)
                }
            case .trace: Traceparent.append(seed: trace, to: &out)
            case .targetBegin: target = out.count..<out.count
            case .targetEnd: target = target.lowerBound..<out.count
            case .requestPath, .requestBody: preconditionFailure("a request that contains itself")
            }
        }
    }
}
