import Cryptography
import Glibc
import ShadowTag
import TestFolders
import Testing

@Suite struct ShadowKeyTests {
    private static let entropy = [UInt8](repeating: 7, count: 32)
    private static let word = "correct-horse-battery"
    private static let run = RunID(secondsSince1970: 1, entropy: [0, 0, 0, 0, 1])

    @Test func `the key comes from the environment, a file of its owner's, or is made for the run`() throws {
        let folder = try TestFolder()
        let path = try folder.write(Self.word + "\n", as: "key")
        let named = try ShadowKey.find(in: ["SPILLWAY_SHADOW_KEY": Self.word], entropy: Self.entropy)
        let filed = try ShadowKey.find(in: ["SPILLWAY_SHADOW_KEY_FILE": path], entropy: Self.entropy)
        let made = try ShadowKey.find(in: [:], entropy: Self.entropy)
        #expect(named.source == .variable("SPILLWAY_SHADOW_KEY"))
        #expect(filed.source == .file(path: path))
        #expect(made.description == "a shadow key made for this run; nobody else can verify its tags")
        let token = named.tag(Self.run, expires: 9).token
        #expect(try filed.verify(token, now: 8).runID == Self.run)
        #expect(throws: ShadowTagError.forged) { try made.verify(token, now: 8) }
    }

    @Test func `a part of the run that is started elsewhere finds the same key in its environment`() throws {
        let folder = try TestFolder()
        let path = try folder.write(Self.word + "\n", as: "key")
        for environment in [["SPILLWAY_SHADOW_KEY": Self.word], ["SPILLWAY_SHADOW_KEY_FILE": path], ["A": "b"]] {
            let own = try ShadowKey.find(in: environment, entropy: Self.entropy)
            let handed = own.environment(from: environment)
            let others = try ShadowKey.find(in: handed, entropy: [UInt8](repeating: 8, count: 32))
            #expect(try others.verify(own.tag(Self.run, expires: 9).token, now: 8).runID == Self.run)
            #expect(handed["A"] == environment["A"])
        }
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o620, 0o601, 0o666, 0o777] as [mode_t])
    func `a key file that others may touch is refused`(mode: mode_t) throws {
        let folder = try TestFolder()
        let path = try folder.write(Self.word, as: "key", mode: mode)
        let error = #expect(throws: ShadowKeyError.self) {
            try ShadowKey.find(in: ["SPILLWAY_SHADOW_KEY_FILE": path], entropy: Self.entropy)
        }
        let digits = String(mode, radix: 8)
        #expect(error?.description == "SPILLWAY_SHADOW_KEY_FILE: '\(path)' is open to others (mode 0\(digits))")
        #expect(error?.fix == "run 'chmod 600 \(path)', and replace the secret if others have seen it")
    }

    @Test func `a key that is missing, short, or named twice is refused in words`() throws {
        func words(_ environment: [String: String]) -> String? {
            do throws(ShadowKeyError) {
                _ = try ShadowKey.find(in: environment, entropy: Self.entropy)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(words(["SPILLWAY_SHADOW_KEY": "short\n"]) == "SPILLWAY_SHADOW_KEY holds 5 bytes, too few for a key")
        #expect(words(["SPILLWAY_SHADOW_KEY": ""]) == "SPILLWAY_SHADOW_KEY holds 0 bytes, too few for a key")
        #expect(
            words(["SPILLWAY_SHADOW_KEY_FILE": "/nowhere/key"])
                == "SPILLWAY_SHADOW_KEY_FILE: cannot read '/nowhere/key': No such file or directory")
        #expect(words(["SPILLWAY_SHADOW_KEY_FILE": "/tmp"]) == "SPILLWAY_SHADOW_KEY_FILE: '/tmp' is no regular file")
        #expect(
            words(["SPILLWAY_SHADOW_KEY": Self.word, "SPILLWAY_SHADOW_KEY_FILE": "/x"])
                == "both SPILLWAY_SHADOW_KEY and SPILLWAY_SHADOW_KEY_FILE are set")
    }

    @Test func `no description of a key shows it`() throws {
        let key = try ShadowKey.find(in: ["SPILLWAY_SHADOW_KEY": Self.word], entropy: Self.entropy)
        var dumped = ""
        dump(key, to: &dumped)
        dump(key.secret, to: &dumped)
        for text in [dumped, "\(key)", String(reflecting: key), "\(key.secret)", String(reflecting: key.secret)] {
            #expect(!text.contains(Self.word) && !text.contains("99, 111"), "\(text)")
        }
    }
}
