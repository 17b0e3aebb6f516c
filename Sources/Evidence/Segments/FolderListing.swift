internal import Glibc

/// What stands in a folder.
package struct FolderListing: Sendable {
    /// In no order.
    package let names: [String]

    package static let namesMax = 200_000

    package init(of path: String) throws(EvidenceError) {
        guard let folder = unsafe opendir(path) else { throw EvidenceError("open the folder", path) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            guard names.count < Self.namesMax else {
                throw EvidenceError("read", path, reason: "more than \(Self.namesMax) names")
            }
            names.append(
                unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        self.names = names
    }
}
