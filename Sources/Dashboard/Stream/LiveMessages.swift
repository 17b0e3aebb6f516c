import JSON

/// What was told last, numbered: who missed some of it is told those, and who missed too much, all that there is.
struct LiveMessages {
    /// Where a viewer stands.
    struct Place: Equatable {
        var run: Int
        var next: Int
    }

    /// Counts the runs of this command.
    private(set) var run = 0
    /// Of the newest message of this run; its first is 1.
    private(set) var number = 0
    private(set) var runName = ""
    private var recent: [[UInt8]] = []

    /// Two minutes of seconds: a reader that was away for longer is told everything anew.
    static let recentMax = 120

    mutating func begin(_ name: String) {
        run += 1
        (number, runName, recent) = (0, name, [])
    }

    mutating func add(_ name: String, _ data: JSONValue) {
        number += 1
        if recent.count == Self.recentMax { recent.removeFirst() }
        recent.append(ServerSentEvent.bytes(name, id: id, data))
    }

    /// Of the newest message, for a snapshot that holds all up to it.
    var id: String { "\(runName).\(number)" }

    var end: Place { Place(run: run, next: number + 1) }

    /// Where the one goes on who has seen this id; nil where that is no longer, or never was, a place of this run.
    func place(behind id: String) -> Place? {
        guard let dot = id.lastIndex(of: "."), id[..<dot] == runName, let seen = Int(id[id.index(after: dot)...]),
            holds(seen + 1)
        else { return nil }
        return Place(run: run, next: seen + 1)
    }

    /// All from this place on, which may be nothing; nil where some of it is gone.
    func messages(from place: Place) -> [UInt8]? {
        guard place.run == run, holds(place.next) else { return nil }
        return recent.suffix(number + 1 - place.next).reduce(into: []) { $0 += $1 }
    }

    private func holds(_ next: Int) -> Bool { next > number - recent.count && next <= number + 1 }
}
