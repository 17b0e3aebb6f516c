import Glibc
import SpillwayCLI

Console.fillStandardStreams()
signal(SIGPIPE, SIG_IGN)
// A file over its limit is the error of a write, as on a full disk, and a run ends orderly by it.
signal(SIGXFSZ, SIG_IGN)
exit(SpillwayCLI.run(Array(CommandLine.arguments.dropFirst())).rawValue)
