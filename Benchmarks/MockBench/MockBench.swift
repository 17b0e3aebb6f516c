// A mock bank alone, live, with the settings that scripts/bench measures, and the payments that it is asked for: two
// processes, so that the figures of one side are not mixed with the other's. Each says what it saw as one line of JSON.
//
//     MockBench serve fixed|full|delayed|calling [FOLDER]   the journal in FOLDER, or in memory
//     MockBench load PORT RATE SECONDS CONNECTIONS          payments on an even grid, whatever the answers do
//
// `fixed` answers one thing and looks at nothing; `full` has outcomes, a journal, a capacity model, keys and tags that
// are verified; `delayed` is the same with every answer 200 ms after its request, `calling` with every payment pending
// at first and told by a callback.

import Glibc

nonisolated func bench(_ words: [String]) throws -> Bool {
    switch words.first {
    case "serve":
        guard (2...3).contains(words.count), let play = Play(rawValue: words[1]) else { return false }
        try serve(play, journalIn: words.count == 3 ? words[2] : nil)
    case "load":
        guard words.count == 5, let port = UInt16(words[1]), let rate = Int(words[2]), rate > 0,
            let seconds = Double(words[3]), let connections = Int(words[4]), connections > 0
        else { return false }
        try load(port: port, LoadShape(rate: rate, seconds: seconds, connections: connections))
    default: return false
    }
    return true
}

@main struct MockBench {
    static func main() {
        do {
            if try bench(Array(CommandLine.arguments.dropFirst())) { return }
            print("usage: MockBench serve fixed|full|delayed|calling [FOLDER] | load PORT RATE SECONDS CONNECTIONS")
            exit(2)
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }
}
