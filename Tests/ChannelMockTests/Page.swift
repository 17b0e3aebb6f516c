import FoundationEssentials

/// The repository's pages, found from this file.
enum Page {
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    /// Empty for one that is not there.
    static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: "\(root)/\(path)").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
