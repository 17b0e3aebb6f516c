import Cryptography
import PlanModel

extension JourneyContext {
    /// Fields behind this one are signed over in the order in which they stand.
    static let signedFieldsMax = 256

    func sign(_ signatures: [CompiledSignature], over content: [UInt8], into wire: inout [UInt8]) {
        for signature in signatures {
            signed.removeAll(keepingCapacity: true)
            write(signature.over, content, wire, into: &signed)
            signingKey.removeAll(keepingCapacity: true)
            if case .rendered(let key) = signature.key { write(key, content, wire, into: &signingKey) }
            wire.append(signature.opening.span)
            append(signature, to: &wire)
            wire.append("\r\n".utf8.span)
        }
    }

    /// Of `hmac-sha256` the key is the key; of the others it stands behind what is signed.
    private func append(_ signature: CompiledSignature, to wire: inout [UInt8]) {
        switch signature.method {
        case .hmacSHA256:
            let key = if case .prepared(let key) = signature.key { key } else { HMACKey(signingKey) }
            let message = signed
            let digest = key.sign(message.span)
            wire.appendHexadecimal(digest.bytes.span)
        case .sha256:
            signed.append(contentsOf: signingKey)
            let message = signed
            let digest = SHA256.digest(of: message.span)
            wire.appendHexadecimal(digest.bytes.span)
        case .md5Sorted:
            let digest = sortedDigest()
            wire.appendHexadecimal(digest.bytes.span)
        }
    }

    /// `b=2&a=1` is signed as `a=1&b=2`, in the order of the names' bytes.
    private func sortedDigest() -> Digest<16> {
        findFields()
        var hash = MD5()
        let (message, key) = (signed, signingKey)
        for (index, range) in fieldRanges.enumerated() {
            if index > 0 { hash.update("&".utf8.span) }
            hash.update(message.span.extracting(range))
        }
        hash.update(key.span)
        return hash.digest()
    }

    /// An insertion sort: forms have few fields, and equal names keep their order.
    private func findFields() {
        fieldRanges.removeAll(keepingCapacity: true)
        var start = 0
        for index in 0...signed.count where index == signed.count || signed[index] == UInt8(ascii: "&") {
            if fieldRanges.count == Self.signedFieldsMax - 1, index < signed.count { continue }
            var place = fieldRanges.count
            while place > 0, isName(start..<index, before: fieldRanges[place - 1]) { place -= 1 }
            fieldRanges.insert(start..<index, at: place)
            start = index + 1
        }
    }

    private func isName(_ one: Range<Int>, before other: Range<Int>) -> Bool {
        var (left, right) = (one.lowerBound, other.lowerBound)
        while true {
            let leftEnds = left == one.upperBound || signed[left] == UInt8(ascii: "=")
            let rightEnds = right == other.upperBound || signed[right] == UInt8(ascii: "=")
            if leftEnds || rightEnds { return leftEnds && !rightEnds }
            if signed[left] != signed[right] { return signed[left] < signed[right] }
            left += 1
            right += 1
        }
    }

    private func write(
        _ segments: Segments, _ content: [UInt8], _ wire: borrowing [UInt8], into out: inout [UInt8]
    ) {
        let (bytes, values) = (segments.bytes, values)
        for piece in segments.pieces {
            switch piece {
            case .bytes(let range): out.append(bytes.span.extracting(range))
            case .value(let slot, let place):
                place.append(values.span.extracting(slots[slot].range), slots[slot].form, to: &out)
            case .requestPath: out.append(wire.span.extracting(target))
            case .requestBody: out.append(contentsOf: content)
            case .trace, .targetBegin, .targetEnd: preconditionFailure("a part of a head in what is signed")
            }
        }
    }
}
