/// One request of a recording, as docs/formats/recording.md defines it.
package struct RecordedRequest: Hashable, Sendable {
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Nanoseconds on the recording's own clock.
    package var at: Int64
    package var method: String
    package var target: String
    package var headers: [Header]
    package var body: [UInt8]
    package var journey: String?

    package init(
        at: Int64, method: String, target: String, headers: [Header] = [], body: [UInt8] = [], journey: String? = nil
    ) {
        self.at = at
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.journey = journey
    }

    /// What the mix is counted by.
    package var kind: String { journey ?? method }
}
