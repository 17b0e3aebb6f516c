import Reporting

/// What the page is made of: a shell that holds nothing of any run, its looks, and the script that fills it.
struct PageFile {
    let type: String
    let bytes: [UInt8]

    init?(path: String) {
        switch path {
        case "/": self = .page
        case "/live.css": self = .looks
        case "/live.js": self = .script
        default: return nil
        }
    }

    private init(_ type: String, _ text: String) {
        self.type = type + "; charset=utf-8"
        bytes = Array(text.utf8)
    }

    private static let page = PageFile("text/html", LivePage.html)
    private static let looks = PageFile("text/css", Stylesheet.text + LiveLooks.text)
    private static let script = PageFile("text/javascript", LiveScript.text)
}
