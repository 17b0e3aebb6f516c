import Cryptography
import EventLoop
import Glibc

/// Writes an authority's certificate and a server's identity for 127.0.0.1 into a folder, for nginx and our server.
func runCertificates(_ arguments: inout Arguments) throws {
    let folder = try arguments.next("a folder")
    try arguments.finish()
    let now = CertificateInstant(secondsSinceEpoch: try EventLoop.live().secondsSince1970)
    let validity = CertificateValidity(from: now.advanced(byDays: -1), until: now.advanced(byDays: 7))
    let authority = try CertificateAuthority(commonName: "Spillway benchmarks", validity: validity)
    let identity = try authority.serverIdentity(for: ["127.0.0.1", "localhost"], validity: validity)
    try write(authority.certificate, to: "\(folder)/authority.pem")
    try write(identity.certificateChain, to: "\(folder)/server.pem")
    try write(identity.privateKey, to: "\(folder)/server.key")
}

private func write(_ source: PEMSource, to path: String) throws {
    guard case .bytes(let bytes) = source else { preconditionFailure("a made certificate is bytes") }
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw ArgumentError(words: "cannot write '\(path)': errno \(errno)") }
    defer { close(file) }
    guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else {
        throw ArgumentError(words: "cannot write all of '\(path)'")
    }
}
