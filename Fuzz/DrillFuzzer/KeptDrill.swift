import DrillFuzz
import Glibc

/// The texts of a drill in a folder, as `spillway rehearse` reads them too.
struct KeptDrill {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    func write(_ drill: DrawnDrill) {
        unsafe mkdir(path, 0o755)
        write(drill.plan, as: DrawnDrill.planName)
        write(drill.banks, as: DrawnDrill.banksName)
    }

    func write(_ breaches: [Breach]) {
        write(breaches.map { "\($0.law): \($0.words)\n" }.joined(), as: Self.findingsName)
    }

    func remove() {
        for name in [DrawnDrill.planName, DrawnDrill.banksName, Self.findingsName] { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }

    /// Whether no law was broken.
    static func replay(_ path: String) -> Bool {
        let folder = KeptDrill(path)
        guard let plan = folder.read(DrawnDrill.planName), let banks = folder.read(DrawnDrill.banksName),
            let drill = DrawnDrill(plan: plan, banks: banks)
        else {
            Talk.say("error: there is no drill in \(path)")
            return false
        }
        var trial = DrillTrial(drill)
        trial.isRepeated = true
        let breaches = trial.breaches().breaches
        for breach in breaches { Talk.say("\(path): \(breach.law): \(breach.words)") }
        return breaches.isEmpty
    }

    private static let findingsName = "findings.txt"

    private func write(_ text: String, as name: String) {
        let descriptor = unsafe open("\(path)/\(name)", O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return Talk.say("error: \(path)/\(name) cannot be written") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        if unsafe Glibc.write(descriptor, bytes, bytes.count) != bytes.count {
            Talk.say("error: \(path)/\(name) was not written")
        }
    }

    private func read(_ name: String) -> String? {
        let descriptor = unsafe open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
