/// What every answer says to a browser, whatever it holds.
enum PageAnswer {
    static let alwaysSaid: [(String, String)] = [
        ("content-security-policy", policy), ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"), ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"), ("cache-control", "no-store"),
    ]

    /// Scripts and styles are files of our own; no text becomes markup (the script makes elements and texts, one by one), and
    /// nobody frames the page to steer a run with somebody else's clicks.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
}
