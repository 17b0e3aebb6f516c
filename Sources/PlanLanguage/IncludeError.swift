/// Why a file that a plan or a profile names cannot be read.
package struct IncludeError: Error {
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}
