/// What a page shows at most, so that it opens at once whatever the length of the run. What is left out is counted, and
/// stands in report.json.
enum PageLimits {
    static let eventsMax = 60
    static let bandsMax = 60
    /// Rows of the stages' and of the steps' table.
    static let rowsMax = 200
    /// Channels with lines of their own.
    static let channelsMax = 6
    /// Letters of a name in a drawing.
    static let nameMax = 48
    /// Rows of a table behind a chart.
    static let figureRowsMax = 30
    static let spectraMax = 6
    /// Series that the plan asks for.
    static let seriesMax = 20
    /// Troubles with a close-up of the recovery from them.
    static let closeUpsMax = 6
    /// First signs on the first screen.
    static let signsMax = 8
    /// Verdicts that did not pass, on the first screen.
    static let missesMax = 4
    /// Of one text, wherever it comes from.
    static let bytesMax = 800
    /// Reasons of one verdict.
    static let reasonsMax = 12
}
