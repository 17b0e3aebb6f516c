/// One drawing: what it shows, in words as well, and the series to draw over a frame.
struct Chart {
    enum Shape {
        case line([(x: Double, y: Double?)])
        case field(edges: [Double], bottoms: [Double], tops: [Double])
        /// Each point for itself.
        case dots([(x: Double, y: Double?)])
    }

    struct Series {
        let name: String
        let ink: Ink
        var isDashed = false
        let shape: Shape
        /// What is said of each point to whoever points at it; none for a series that tells nothing of its own.
        var readings: [String] = []
    }

    /// Distinguishes it on its page.
    let id: String
    let title: String
    /// What and in which unit.
    let caption: String
    /// What a reader who does not see it should know.
    let summary: String
    let axis: ValueAxis
    let series: [Series]
    let figures: FigureTable
    /// Half the height, for what stands beside others.
    var isSmall = false
}

/// What all charts that share a horizontal axis have in common.
struct ChartFrame {
    struct Band {
        enum Kind: CaseIterable { case even, odd, uncounted, fault }

        let from: Double
        let to: Double
        let label: String
        let kind: Kind
    }

    /// Whose points a reader can point at.
    struct Columns {
        /// From left to right.
        var places: [Double]
        /// What each is called: `1:05`.
        var names: [String]
    }

    var axisTitle: String
    var ticks: [(place: Double, label: String)]
    var bands: [Band] = []
    /// Where something happened: numbered as in the list of events.
    var marks: [(place: Double, label: String)] = []
    var columns: Columns?
    /// Seconds from left to right, where the axis is that of a run's time: such charts are looked at together.
    var seconds: ClosedRange<Double>?
}
