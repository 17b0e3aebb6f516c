/// Where the reports of one command go: a folder for each plan's run, and no two the same.
struct OutFolders {
    /// What `--out` named.
    private let named: String?
    private let planCount: Int
    private var taken: Set<String> = []

    init(named: String?, planCount: Int) {
        self.named = named
        self.planCount = planCount
    }

    /// `reports/flash-sale-20261111-093000`, or what was named; of several plans each gets a folder inside it.
    ///
    /// - Parameters:
    ///   - occasion: what tells runs of one plan apart: when it was, or what it was rehearsed with.
    ///   - exists: says of a path whether something is there already.
    mutating func folder(of plan: String, _ occasion: String, exists: (String) -> Bool) -> String {
        let path = named.map { planCount == 1 ? $0 : "\($0)/\(plan)" } ?? "reports/\(plan)-\(occasion)"
        var free = path
        var number = 2
        // What was named is meant, also when it is there.
        while taken.contains(free) || (named == nil && exists(free)) {
            free = "\(path)-\(number)"
            number += 1
        }
        taken.insert(free)
        return free
    }
}
