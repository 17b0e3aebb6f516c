import Glibc

/// Files that did not exist before: all of them are written, or none is left; and nothing that was there is ever touched.
struct NewFiles {
    struct Refusal: Error {
        let words: String
    }

    let documents: [(path: String, text: String)]

    func write() throws(Refusal) {
        for document in documents where unsafe access(document.path, F_OK) == 0 {
            throw Refusal(words: "'\(document.path)' is there already, and is left as it is; choose another name")
        }
        for (index, document) in documents.enumerated() {
            let code = Self.create(document.path, document.text)
            if code == 0 { continue }
            for earlier in documents[..<index] { _ = unsafe unlink(earlier.path) }
            throw Refusal(words: "'\(document.path)' cannot be written: \(Self.reason(code))")
        }
    }

    /// Zero, or the errno of what failed; then nothing of it is left.
    private static func create(_ path: String, _ text: String) -> Int32 {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return errno }
        var code = Console.put(text, to: descriptor)
        if close(descriptor) != 0, code == 0 { code = errno }
        if code != 0 { _ = unsafe unlink(path) }
        return code
    }

    private static func reason(_ code: Int32) -> String {
        if code == ENOENT { return "its folder is not there; make it first, with mkdir -p" }
        return unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
