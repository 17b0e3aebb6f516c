/// Why a part of a run did not start, or could not be spoken to.
struct PartFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
