/// Looks for every ban in one source file.
struct BanRules {
    let bans: [Ban]
    let table: LayerTable

    func violations(in file: RepositoryFile, _ tokens: TokenSequence) -> [Violation] {
        let place = Place(file, table)
        let bans = bans.filter { isInScope($0, place) && !$0.homes.contains(file.path) }
        var found: Set<Violation> = []
        for index in tokens.code.indices {
            for ban in bans where ban.applies(at: index, of: tokens) {
                let line = tokens.code[index].line
                if isWaived(ban, place, tokens, line) { continue }
                found.insert(Violation(file.path, line, "'\(ban.shown)' \(ban.advice)"))
            }
        }
        return found.sorted()
    }

    private func isInScope(_ ban: Ban, _ place: Place) -> Bool {
        switch ban.scope {
        case .everywhere: true
        case .deterministicLayers: place.isDeterministic
        case .tests: place.isTest
        case .awayFromConsole: !place.ownsConsole
        case .drivers: place.isDriver
        }
    }

    private func isWaived(_ ban: Ban, _ place: Place, _ tokens: TokenSequence, _ line: Int) -> Bool {
        switch ban.waiver {
        case .never: false
        case .reasonInTests: place.isTest && tokens.hasReason(before: line)
        case .reasonInLoopAndTests: (place.isTest || place.isLoop) && tokens.hasReason(before: line)
        }
    }
}

/// What the place of a file means to the bans.
private struct Place {
    var isTest: Bool
    var isLoop: Bool
    var isDeterministic: Bool
    var ownsConsole: Bool
    var isDriver: Bool

    init(_ file: RepositoryFile, _ table: LayerTable) {
        let layer = file.target.flatMap(table.entry)?.layer
        let isManifest = file.path == "Package.swift"
        isTest = file.components.first == "Tests"
        isLoop = file.target == "EventLoop"
        let isSource = file.components.first == "Sources"
        isDeterministic = [.c, .l0, .l1].contains(layer) && isSource
        isDriver = isSource && ["CurlTransport", "LoadDriver", "Drill", "Fleet"].contains(file.target)
        ownsConsole = [.l4, .tool].contains(layer) || isManifest
    }
}
