/// Why a part of a run did not start, or could not be spoken to.
struct PartFault: Error, CustomStringConvertible {
    let description: String
    /// It was asked for something and said no: then it has not done it.
    let isRefusal: Bool

    init(_ description: String, isRefusal: Bool = false) {
        self.description = description
        self.isRefusal = isRefusal
    }
}
