/// A script starts anywhere and stops at its first failure.
struct ScriptRules {
    func violations(in file: RepositoryFile) -> [Violation] {
        var violations: [Violation] = []
        if file.isScript, !file.isExecutable {
            violations.append(Violation(file.path, 1, "not executable; run 'chmod +x \(file.path)'"))
        }
        if file.isScript, !file.text.hasPrefix("#!") {
            violations.append(Violation(file.path, 1, "no interpreter line; begin with '#!/usr/bin/env bash'"))
        }
        if file.isScript, file.isShell, !file.lines.contains(where: { $0.text == "set -euo pipefail" }) {
            violations.append(
                Violation(file.path, 1, "goes on after a failure; write 'set -euo pipefail' near its top"))
        }
        return violations
    }
}
