public import Cryptography

/// What tags are signed with, and where it came from.
///
/// It comes from the environment or a file that only its owner reads, never from an argument, which every process of
/// the machine can see. A run without one makes its own: nobody outside the run can verify its tags then.
public struct ShadowKey: Sendable {
    public enum Source: Sendable, Hashable {
        case variable(String)
        case file(path: String)
        case madeForThisRun
    }

    public static let variable = "SPILLWAY_SHADOW_KEY"
    public static let fileVariable = "SPILLWAY_SHADOW_KEY_FILE"
    public static let bytesMin = 16

    public let source: Source
    /// For the parts that this run starts itself, which verify with it.
    public let secret: Secret
    private let signing: HMACKey

    private init(_ secret: Secret, from source: Source) {
        self.source = source
        self.secret = secret
        signing = HMACKey(secret.bytes)
    }

    /// `entropy` makes the key when none is given; 32 bytes of the kernel's.
    public static func find(in environment: [String: String], entropy: [UInt8]) throws(ShadowKeyError) -> ShadowKey {
        switch (environment[variable], environment[fileVariable]) {
        case (.some, .some): throw .namedTwice
        case (let text?, nil): return try key(Secret(Array(text.utf8)), from: .variable(variable))
        case (nil, let path?): return try key(try contents(of: path), from: .file(path: path))
        case (nil, nil):
            // As text, so that parts of the run in other processes can be given the key in their environment.
            return try key(Secret(Array(Hexadecimal.text(entropy.span).utf8)), from: .madeForThisRun)
        }
    }

    /// The key that somebody gave; nil where nobody did.
    package static func given(in environment: [String: String]) throws(ShadowKeyError) -> ShadowKey? {
        if environment[variable] == nil, environment[fileVariable] == nil { return nil }
        return try find(in: environment, entropy: [])
    }

    private static func contents(of path: String) throws(ShadowKeyError) -> Secret {
        do throws(SecretFileError) {
            return try SecretFile(path).read()
        } catch {
            throw .file(error)
        }
    }

    /// What a part of the run that is started with this environment finds the same key by.
    package func environment(from own: [String: String]) -> [String: String] {
        guard source == .madeForThisRun else { return own }
        return own.merging([Self.variable: String(decoding: secret.bytes, as: UTF8.self)]) { $1 }
    }

    /// Line ends behind a key are the editor's.
    private static func key(_ secret: Secret, from source: Source) throws(ShadowKeyError) -> ShadowKey {
        var bytes = secret.bytes[...]
        if source != .madeForThisRun {
            while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard bytes.count >= bytesMin else { throw .tooShort(source, bytes.count) }
        return ShadowKey(Secret(Array(bytes)), from: source)
    }

    public func tag(_ runID: RunID, expires: Int64) -> ShadowTag {
        ShadowTag(runID, expires: expires, key: signing)
    }

    public func verify(_ token: String, now: Int64) throws(ShadowTagError) -> ShadowTag {
        try ShadowTag.verify(token, key: signing, now: now)
    }
}

extension ShadowKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Where it came from, in words; never what it is.
    public var description: String {
        switch source {
        case .variable(let name): "the shadow key in \(name)"
        case .file(let path): "the shadow key in '\(path)'"
        case .madeForThisRun: "a shadow key made for this run; nobody else can verify its tags"
        }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

public enum ShadowKeyError: Error, Sendable, CustomStringConvertible {
    case namedTwice
    case file(SecretFileError)
    case tooShort(ShadowKey.Source, Int)

    public var description: String {
        switch self {
        case .namedTwice: "both \(ShadowKey.variable) and \(ShadowKey.fileVariable) are set"
        case .file(let error): "\(ShadowKey.fileVariable): \(error)"
        case .tooShort(let source, let count): "\(Self.words(source)) holds \(count) bytes, too few for a key"
        }
    }

    public var fix: String? {
        switch self {
        case .namedTwice: "unset one of them"
        case .file(let error): error.fix
        case .tooShort: "write at least \(ShadowKey.bytesMin) bytes, from 'openssl rand -hex 32' for one"
        }
    }

    private static func words(_ source: ShadowKey.Source) -> String {
        switch source {
        case .variable(let name): name
        case .file(let path): "'\(path)'"
        case .madeForThisRun: "the entropy"
        }
    }
}
