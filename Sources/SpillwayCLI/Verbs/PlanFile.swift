import ChannelProfile
import Diagnostics
import Evidence
import Glibc
import Journeys
import PlanLanguage
import PlanModel
import Traffic

/// A plan or mock profile on disk, and the files beside it.
struct PlanFile {
    struct Unreadable: Error {
        let reason: String
    }

    /// One more byte than a plan may have is enough to see that it has too many.
    private static let bytesMax = 4 << 20

    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// A path as this file writes it: relative to its folder.
    func neighbour(_ other: String) -> PlanFile {
        guard !other.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return PlanFile(other) }
        return PlanFile(path[...slash] + other)
    }

    /// The folder that its own paths are relative to; empty for the working folder.
    var folder: String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }

    /// Reads and checks the plan with all that it includes, and its mock profile; each text is shown to `sees`.
    func outcome(overrides: [String], sees: (SourceText) -> Void = { _ in }) -> Plan.Outcome {
        do throws(Unreadable) {
            let own = try text()
            sees(own)
            return plan(own, overrides: overrides, sees: sees)
        } catch {
            return Plan.Outcome(plan: nil, diagnostics: [unreadable(error)], droppedCount: 0)
        }
    }

    /// Reads and checks a mock profile with all that it includes.
    func profile(overrides: [String]) -> ChannelProfile.Outcome {
        do throws(Unreadable) {
            return profile(try text(), overrides: overrides)
        } catch {
            return ChannelProfile.Outcome(profile: nil, diagnostics: [unreadable(error)], droppedCount: 0)
        }
    }

    /// Whichever of the two it is.
    func document(overrides: [String]) -> CheckedDocument {
        do throws(Unreadable) {
            let own = try text()
            switch Document(of: own) {
            case .plan: return CheckedDocument(plan(own, overrides: overrides, sees: { _ in }))
            case .profile: return CheckedDocument(profile(own, overrides: overrides))
            }
        } catch {
            return CheckedDocument(diagnostics: [unreadable(error)])
        }
    }

    private func plan(_ own: SourceText, overrides: [String], sees: (SourceText) -> Void) -> Plan.Outcome {
        Plan.parse(own, environment: ProcessEnvironment.values, overrides: overrides, readsChannels: true) {
            path throws(IncludeError) in
            let included = try named(path)
            sees(included)
            return included
        }.whole
    }

    private func profile(_ own: SourceText, overrides: [String]) -> ChannelProfile.Outcome {
        ChannelProfile.parse(own, environment: ProcessEnvironment.values, overrides: overrides) {
            path throws(IncludeError) in try named(path)
        }
    }

    private func named(_ path: String) throws(IncludeError) -> SourceText {
        do throws(Unreadable) {
            return try neighbour(path).text()
        } catch {
            throw IncludeError(error.reason)
        }
    }

    private func unreadable(_ error: Unreadable) -> Diagnostic {
        .error("'\(path)' cannot be read: \(error.reason)", fix: remedy)
    }

    /// What was meant, where something near it is there.
    private var remedy: String? {
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            let within = path.hasSuffix("/") ? path : path + "/"
            return status.st_mode & S_IFMT == S_IFDIR ? "name the files in it, as in \(within)*.yaml" : nil
        }
        let names = (try? FolderListing(of: folder.isEmpty ? "." : folder))?.names ?? []
        return Spelling.closest(to: String(path.dropFirst(folder.count)), among: names).map {
            "did you mean '\(folder)\($0)'?"
        }
    }

    func text() throws(Unreadable) -> SourceText {
        let pieces = try pieces()
        var bytes: [UInt8] = []
        while bytes.count <= Self.bytesMax, let piece = try pieces() { bytes += piece }
        return SourceText(name: path, bytes: bytes)
    }

    /// The file's bytes in pieces; nil at its end. It is closed with the last use of what is returned.
    func pieces() throws(Unreadable) -> () throws(Unreadable) -> [UInt8]? {
        let file = OpenFile(unsafe open(path, O_RDONLY | O_CLOEXEC))
        guard file.descriptor >= 0 else { throw Self.failure() }
        return { () throws(Unreadable) in
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var count = -1
            repeat { count = unsafe read(file.descriptor, &buffer, buffer.count) } while count < 0 && errno == EINTR
            if count < 0 { throw Self.failure() }
            return count == 0 ? nil : Array(buffer[..<count])
        }
    }

    private final class OpenFile {
        let descriptor: Int32

        init(_ descriptor: Int32) { self.descriptor = descriptor }

        deinit { if descriptor >= 0 { close(descriptor) } }
    }

    private static func failure() -> Unreadable {
        let words = errno
        return unsafe Unreadable(reason: String(cString: strerror(words)))
    }
}

extension Plan.Outcome {
    /// A plan whose every part is sound may still be no run.
    fileprivate var whole: Plan.Outcome {
        guard let plan else { return self }
        var objections = [JourneyBook.objection(to: plan)].compactMap(\.self)
        do throws(PlannedTraffic.Fault) {
            try PlannedTraffic.check(plan)
        } catch {
            objections.append(error.diagnostic(in: plan))
        }
        if objections.isEmpty { return self }
        return Plan.Outcome(plan: nil, diagnostics: diagnostics + objections, droppedCount: droppedCount)
    }

    func tell(_ console: Console) { console.tell(diagnostics, droppedCount: droppedCount) }
}
