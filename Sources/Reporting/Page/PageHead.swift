/// What stands in the head of any page of ours: how it looks, and that it may load, send and run nothing but its own.
package struct PageHead {
    let title: String
    /// The page ends with `PageScript`.
    var isScripted = false

    var parts: [Markup] {
        [
            .element("meta", [("charset", "utf-8")]),
            .element("meta", [("http-equiv", "Content-Security-Policy"), ("content", policy)]),
            .element("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
            .element("meta", [("name", "color-scheme"), ("content", "light dark")]),
            .element("meta", [("name", "referrer"), ("content", "no-referrer")]),
            .element("title", [], title),
            .element("style", [], [Markup(trusted: Stylesheet.text)]),
        ]
    }

    /// The page's own styles, and a script with the digest of ours: one that came into the page with somebody's words has another,
    /// and does not run.
    private var policy: String {
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
            + (isScripted ? "; script-src '\(PageScript.digest)'" : "")
    }
}
