import Glibc

/// What the process was started with. Values may be secrets: they go where a plan names them and nowhere else.
enum ProcessEnvironment {
    static var values: [String: String] {
        var values: [String: String] = [:]
        var place = unsafe environ
        while let entry = unsafe place.pointee {
            let text = unsafe String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                values[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            unsafe place += 1
        }
        return values
    }
}
