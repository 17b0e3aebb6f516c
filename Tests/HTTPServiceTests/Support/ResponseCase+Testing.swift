import ScriptedPeers
import Testing

extension ResponseCase: CustomTestStringConvertible {
    package var testDescription: String { name }
}
