package import Evidence

/// The colours of series: their light value stands in the drawing itself, so that it shows where styles are blocked; the
/// style sheet takes the same names from here, and gives them another value on dark screens.
///
/// After Okabe and Ito's palette, which stays apart for the colour-blind. What lies side by side differs in lightness too,
/// and dashes and names tell the same again.
package struct Ink: Sendable, Equatable {
    package let name: String
    package let light: String
    package let dark: String

    private init(_ name: String, _ light: String, _ dark: String) {
        self.name = name
        self.light = light
        self.dark = dark
    }

    /// How a shape of this colour is called in the style sheet.
    package var look: String { "c-\(name)" }

    // MARK: Load and latency

    package static let offered = Ink("offered", "#5b6570", "#a3adb8")
    package static let started = Ink("started", "#0072b2", "#5ab0ea")
    package static let good = Ink("good", "#00835f", "#35c79c")
    package static let shed = Ink("shed", "#c98600", "#f0b432")
    package static let errors = Ink("errors", "#c23b16", "#ff8a66")
    package static let dropped = Ink("dropped", "#7a1f3d", "#f27aa0")
    package static let p50 = Ink("p50", "#4a9cd3", "#7cc0f0")
    package static let p90 = Ink("p90", "#0072b2", "#4c9fe0")
    package static let p99 = Ink("p99", "#c8500a", "#ff9a57")
    package static let p999 = Ink("p999", "#7b3f8c", "#cf9be0")
    package static let peak = Ink("peak", "#8b949e", "#7d8894")
    package static let limit = Ink("limit", "#2b3138", "#dfe5ea")
    package static let fault = Ink("fault", "#c23b16", "#ff8a66")

    // MARK: Outcomes

    private static let ok = Ink("ok", "#3aa688", "#2f8f76")
    private static let declined = Ink("declined", "#8cbcdf", "#587f9e")
    private static let shedField = Ink("shed_field", "#e9ac1e", "#d99a0b")
    private static let expectationFailed = Ink("expectation_failed", "#b872b0", "#b575ad")
    private static let unknown = Ink("unknown", "#d2561b", "#e2703a")
    private static let refused = Ink("refused", "#8b1e3f", "#c2506f")
    private static let reset = Ink("reset", "#5f4b9b", "#8b78cf")
    private static let protocolFault = Ink("protocol", "#3f4650", "#aab4be")

    // MARK: Series without a meaning of their own

    private static let sequence = [
        Ink("s1", "#0072b2", "#5ab0ea"), Ink("s2", "#c98600", "#f0b432"), Ink("s3", "#00835f", "#35c79c"),
        Ink("s4", "#a8477f", "#e58dbf"), Ink("s5", "#c8500a", "#ff9a57"), Ink("s6", "#5f4b9b", "#a897ea"),
        Ink("s7", "#4a9cd3", "#7cc0f0"), Ink("s8", "#5b6570", "#a3adb8"),
    ]

    /// Beyond these the colours come again.
    package static func series(_ place: Int) -> Ink { sequence[place % sequence.count] }

    package static let all =
        [
            offered, started, good, shed, errors, dropped, p50, p90, p99, p999, peak, limit, fault, ok, declined,
            shedField,
            expectationFailed, unknown, refused, reset, protocolFault,
        ] + sequence
}

extension Ink {
    package init(_ outcome: Outcome) {
        self =
            switch outcome {
            case .ok: .ok
            case .declined: .declined
            case .shed: .shedField
            case .expectationFailed: .expectationFailed
            case .unknown: .unknown
            case .refused: .refused
            case .reset: .reset
            case .malformed: .protocolFault
            }
    }
}
