import Testing
import Tidy

/// Banned words are put together here too: the repository's own check reads this file.
@Suite struct TextTests {
    private let machine = "/wo" + "rk/"
    private let scratch = "/tm" + "p/spw"
    private let outside = ".." + "/shared"
    private let later = "TO" + "DO"
    private let broken = "FIX" + "ME"

    @Test func `a path of one machine is found in any file`() {
        for path in ["README.md", "scripts/lib/setup.sh", "Sources/HTTPWire/A.swift", "Tests/corpus/seed-1"] {
            for word in [machine, scratch] {
                let advice = "is a path of one machine; write it relative to the repository"
                #expect(violations(RepositoryFile(path, "\nsee \(word)main")).first == "\(path):2: '\(word)' \(advice)")
            }
        }
    }

    @Test func `a folder that only ends like one is no path of one machine`() {
        #expect(violations(RepositoryFile("a.txt", "frame\(machine) ./\(machine.dropFirst()) $a\(machine)")) == [])
        #expect(violations(RepositoryFile("a.txt", "frame\(machine) \(machine)")).count == 1)
    }

    @Test func `a reference to the design outside the repository is found`() {
        #expect(
            violations(RepositoryFile("docs/a.md", "see \(outside)/design"))
                == ["docs/a.md:1: '\(outside)' lies outside the repository; say it here, or link into docs/"])
    }

    @Test func `a postponement in a comment is found, in a literal not`() {
        let path = "Sources/HTTPWire/A.swift"
        let advice = "postpones; do it now, or open an issue and leave the note out"
        #expect(violations(RepositoryFile(path, "/* a\n \(later): b */")) == ["\(path):2: '\(later)' \(advice)"])
        #expect(violations(RepositoryFile(path, "// \(broken)(me)")) == ["\(path):1: '\(broken)' \(advice)"])
        #expect(violations(RepositoryFile(path, "let a = \"\(later)\" // \(later)S")) == [])
        let script = "scripts/lib/a.sh"
        #expect(violations(RepositoryFile(script, "# \(later) b")) == ["\(script):1: '\(later)' \(advice)"])
    }

    @Test func `a link that leads nowhere is found`() {
        let page = """
            [a](docs/a.md) [b](docs/b.md#part) ![c](c.png "title") [d](https://example.org/d) [e](#here) `[f](f.md)`
            ```
            [g](g.md)
            ```
            [h](docs) [i](../i.md) [j]
            [j]: j.md
            """
        let found = violations(RepositoryFile("README.md", page), RepositoryFile("docs/a.md", "[up](../README.md)"))
        #expect(
            found
                == [("docs/b.md#part", 1), ("c.png", 1), ("../i.md", 5), ("j.md", 6)].map { link, line in
                    "README.md:\(line): the link '\(link)' leads nowhere; correct it or write the page"
                }.sorted())
    }

    @Test func `a script that cannot start or does not stop at a failure is found`() {
        let good = "#!/usr/bin/env bash\n# Tests.\nset -euo pipefail\n"
        #expect(violations(RepositoryFile("scripts/test", good, isExecutable: true)) == [])
        #expect(violations(RepositoryFile("scripts/peer.py", "#!/usr/bin/env python3\n", isExecutable: true)) == [])
        #expect(
            violations(RepositoryFile(".ci/run", good))
                == [".ci/run:1: not executable; run 'chmod +x .ci/run'"])
        #expect(
            violations(RepositoryFile("scripts/test", "#!/bin/bash\n# set -euo pipefail\n", isExecutable: true))
                == ["scripts/test:1: goes on after a failure; write 'set -euo pipefail' near its top"])
        #expect(
            violations(RepositoryFile("scripts/test", "set -euo pipefail\n", isExecutable: true))
                == ["scripts/test:1: no interpreter line; begin with '#!/usr/bin/env bash'"])
    }

    @Test func `a sourced script needs no executable bit`() {
        #expect(violations(RepositoryFile("scripts/lib/setup.sh", "true\n")) == [])
    }
}
