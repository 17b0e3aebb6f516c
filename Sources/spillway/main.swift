import Glibc
import SpillwayCLI

signal(SIGPIPE, SIG_IGN)
exit(SpillwayCLI.run(Array(CommandLine.arguments.dropFirst())).rawValue)
