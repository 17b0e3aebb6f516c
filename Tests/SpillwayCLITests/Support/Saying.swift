import Synchronization

@testable import SpillwayCLI

/// What a run of the program said, and its exit code.
struct Saying {
    let code: ExitCode
    let results: [String]
    let talk: [String]

    /// The repository's root, found from this file.
    static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }

    init(_ words: String, reader: Terminal = .plain) {
        self.init(words: words.split(separator: " ").map(String.init), reader: reader)
    }

    /// Words that may have spaces in them.
    init(words: [String], reader: Terminal = .plain) {
        let results = Lines()
        let talk = Lines()
        code = SpillwayCLI.run(
            words,
            console: Console(result: { results.add($0) }, talk: { talk.add($0) }, reader: reader))
        self.results = results.all
        self.talk = talk.all
    }
}

final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}
