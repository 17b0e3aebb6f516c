// Goal: behind the drain, what the plan declares as sources of evidence is where an audit can read it, whole, or it is
// said why not.
// Method: files stay where they are. What is fetched comes from the origin that the preflight judged and pinned, piece by
// piece into a file of the run's folder; half of one would be taken for the whole, and is removed.
// Not here: what stands in them (`SourceRows`).

import Diagnostics
import EventLoop
import Evidence
import Glibc
import HTTPService
import HTTPWire
import Peers
import PlanModel
import PlanValues
import Reporting
import StackVocabulary
import Timebase

struct SourceCollection {
    /// A longer export is no evidence of one run.
    static let bytesMax = 16 << 30
    /// One in memory, in simulation.
    static let memoryBytesMax = 256 << 20
    static let patience = TimeSpan.seconds(600)

    let sources: [DeclaredSource]
    /// For each of them, as the preflight found them.
    let origins: [PermittedOrigin?]
    let planFolder: String
    /// Nil for memory.
    let folder: String?
    let words: RunWords
    let loop: EventLoop
    var bytesMax: Int

    init(
        sources: [DeclaredSource], origins: [PermittedOrigin?], planFolder: String, folder: String?, words: RunWords,
        loop: EventLoop
    ) {
        self.sources = sources
        self.origins = origins
        self.planFolder = planFolder
        self.folder = folder
        self.words = words
        self.loop = loop
        bytesMax = folder == nil ? Self.memoryBytesMax : Self.bytesMax
    }

    func collect() async -> [CollectedSource] {
        var collected: [CollectedSource] = []
        for (place, source) in sources.enumerated() {
            collected.append(CollectedSource(source, await state(of: source, at: place)))
        }
        return collected
    }

    private func state(of source: DeclaredSource, at place: Int) async -> CollectedSource.State {
        if let path = source.path(in: planFolder) {
            return PlanFolder.isThere(path) ? .there(.file(path)) : .missing("'\(path)' is not there")
        }
        guard case .http(let resource, let headers) = source.origin, let origin = origins[place] else {
            return .missing("its server was not permitted")
        }
        let path = folder.map { "\($0)/\(place < 9 ? "0" : "")\(place + 1)-\(source.table.name).ndjson" }
        do {
            if let folder { try ReportFolder(folder).make() }
            let fields = try fields(headers)
            return .there(try await fetch(resource.value.target, fields, from: origin, into: path))
        } catch {
            if let path { unsafe _ = unlink(path) }
            return .missing("fetching it from \(resource.value): \(error)")
        }
    }

    /// What cannot be sent is not shown: it may be a secret.
    private func fields(_ headers: [(name: String, value: Template)]) throws(PartFault) -> FieldBlock {
        var fields = FieldBlock()
        for header in headers {
            do throws(WireError) {
                try fields.add(Array(header.name.utf8).span, Array(words.text(of: header.value).utf8).span)
            } catch {
                throw PartFault("its header '\(header.name)' cannot be sent")
            }
        }
        return fields
    }

    private func fetch(
        _ target: String, _ fields: FieldBlock, from origin: PermittedOrigin, into path: String?
    ) async throws -> SourceInput {
        let client = try origin.makeClient(on: loop)
        defer { client.close() }
        let (bytesMax, deadline) = (bytesMax, loop.now + Self.patience)
        return try await client.call(.get, target, fields: fields, until: deadline) { call in
            try Self.check(try await call.response())
            let sink = try EvidenceSink(path)
            var (piece, count): ([UInt8], Int) = ([], 0)
            var isMore = true
            while isMore {
                isMore = try await call.readPiece(into: &piece)
                count += piece.count
                guard count <= bytesMax else { throw PartFault("it has more than \(bytesMax) bytes") }
                try sink.write(piece)
                piece.removeAll(keepingCapacity: true)
            }
            return path.map { .file($0) } ?? .memory(sink.pieces)
        }
    }

    /// Redirects are not followed: whoever they lead to was not judged.
    private static func check(_ response: HTTPResponse) throws(PartFault) {
        if 300..<400 ~= response.status {
            throw PartFault("it was answered with \(response.status), and redirects are not followed")
        }
        guard response.status == 200 else { throw PartFault("it was answered with \(response.status)") }
        if let coding = response.field("content-encoding"), coding.lowercased() != "identity" {
            throw PartFault("it comes encoded as '\(coding)', which nobody asked for")
        }
        let isFramed = response.field("content-length") != nil || response.field("transfer-encoding") != nil
        guard isFramed else {
            throw PartFault("the answer does not say where it ends, so nobody could tell whether it is whole")
        }
    }
}
