package import Cryptography
package import Diagnostics
package import PlanModel

extension TLSFiles {
    /// The plan's files as a client's configuration, or everything that is wrong with them, where the plan names them.
    ///
    /// The key's file is its owner's alone; a key of the environment is the PEM text itself, or a file's path. Each part
    /// is tried by itself, so that each mistake is told.
    ///
    /// - Parameters:
    ///   - folder: what the plan's paths are relative to.
    package func configuration(
        folder: String, environment: [String: String], into diagnostics: inout DiagnosticCollector
    ) -> TLSClientConfiguration? {
        var client = TLSClientConfiguration()
        var isWhole = true
        func attempt(_ span: SourceSpan, _ part: TLSClientConfiguration) {
            do throws(TLSError) {
                _ = try TLSContext(.client(part))
            } catch {
                isWhole = false
                diagnostics.report(mistake(error, at: span, in: part))
            }
        }
        if let authority {
            client.trust = .authorities(.file(path: authority.value.path(in: folder)))
            attempt(authority.span, client)
        }
        guard let certificate, let key else { return isWhole ? client : nil }
        guard let privateKey = secretKey(key, folder: folder, environment: environment, into: &diagnostics) else {
            return nil
        }
        var own = TLSClientConfiguration()
        own.identity = TLSIdentity(
            certificateChain: .file(path: certificate.value.path(in: folder)), privateKey: privateKey)
        attempt(certificate.span, own)
        client.identity = own.identity
        return isWhole ? client : nil
    }

    /// A key that does not fit is the key's mistake, and is not called by its bytes.
    private func mistake(_ error: TLSError, at span: SourceSpan, in part: TLSClientConfiguration) -> Diagnostic {
        guard let key, let privateKey = part.identity?.privateKey,
            case .unusablePEM(privateKey.description, let detail) = error.cause
        else { return .error("\(error.cause)", at: span) }
        return .error("this key cannot be used: \(detail)", at: key.span)
    }

    private func secretKey(
        _ key: Template, folder: String, environment: [String: String], into diagnostics: inout DiagnosticCollector
    ) -> PEMSource? {
        do throws(KeyMistake) {
            let text = try key.resolved(in: environment)
            if text.contains("-----BEGIN") { return .text(text) }
            return .bytes(try SecretFile(text.path(in: folder)).contents().bytes)
        } catch {
            diagnostics.report(.error(error.message, at: error.span ?? key.span, fix: error.fix))
            return nil
        }
    }
}

private struct KeyMistake: Error {
    let message: String
    let span: SourceSpan?
    let fix: String?
}

extension SecretFile {
    fileprivate func contents() throws(KeyMistake) -> Secret {
        do throws(SecretFileError) {
            return try read()
        } catch {
            throw KeyMistake(message: error.description, span: nil, fix: error.fix)
        }
    }
}

extension Template {
    /// Its text, with values of the environment and nothing else.
    fileprivate func resolved(in environment: [String: String]) throws(KeyMistake) -> String {
        var text = ""
        for segment in segments {
            switch segment {
            case .literal(let literal): text += literal
            case .reference(let reference):
                guard reference.path.count == 2, reference.path[0] == "env" else {
                    throw KeyMistake(
                        message: "a key comes from a file or the environment", span: reference.span,
                        fix: "write a path, or '${env.NAME}'")
                }
                guard let value = environment[reference.path[1]], !value.isEmpty else {
                    throw KeyMistake(
                        message: "the environment has no '\(reference.path[1])'", span: reference.span,
                        fix: "set it before the run")
                }
                text += value
            }
        }
        return text
    }
}

extension String {
    /// As a path that is relative to a folder, unless it begins at the root.
    package func path(in folder: String) -> String { hasPrefix("/") || folder.isEmpty ? self : "\(folder)/\(self)" }
}
