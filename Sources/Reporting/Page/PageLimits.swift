/// What a page shows at most, so that it opens at once whatever the length of the run. What is left out is counted, and
/// stands in report.json.
enum PageLimits {
    static let eventsMax = 100
    static let bandsMax = 200
    /// Rows of the stages' and of the steps' table.
    static let rowsMax = 200
    /// Rows of a table behind a chart.
    static let figureRowsMax = 40
    static let spectraMax = 6
    /// Reasons of one verdict.
    static let reasonsMax = 12
}
