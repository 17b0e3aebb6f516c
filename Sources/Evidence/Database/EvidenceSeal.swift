internal import Cryptography
internal import Glibc

/// What tells whether `evidence.db` is still what it was when the run ended: its SHA-256, in a file beside it that `sha256sum
/// -c` reads as well. It keeps nobody from changing both; it keeps a changed or cut file from being judged unawares.
enum EvidenceSeal {
    static let hexadecimalCount = 64

    static func write(of path: String, named name: String, at seal: String) throws(EvidenceError) {
        EvidenceFiles.remove(seal)
        try EvidenceFiles.write("\(try digest(of: path))  \(name)\n", to: seal)
    }

    /// Throws where there is none, or another.
    static func check(_ path: String, at seal: String) throws(EvidenceError) {
        var file = try FilePieces(seal)
        let text = String(decoding: try file.next() ?? [], as: UTF8.self)
        let sealed = text.prefix { $0 != " " && $0 != "\n" }
        guard sealed.count == hexadecimalCount else {
            throw EvidenceError("read", seal, reason: "no SHA-256 of evidence")
        }
        guard try digest(of: path) == sealed else {
            throw EvidenceError(
                "read", path, reason: "it is not what it was when it was sealed; its SHA-256 is not that of '\(seal)'")
        }
    }

    private static func digest(of path: String) throws(EvidenceError) -> String {
        var file = try FilePieces(path)
        var hash = SHA256()
        while let piece = try file.next() { hash.update(piece.span) }
        return hash.digest().hexadecimal
    }
}
