import Glibc

/// A terminal that gives single keys without showing them, and was as it is now before. Ctrl-C and Ctrl-Z stay what they
/// are.
struct KeyboardMode {
    private let descriptor: Int32
    private let former: termios

    /// Nil where nobody can press keys: no terminal, or one that another job has.
    init?(_ descriptor: Int32) {
        var former = termios()
        guard isatty(descriptor) == 1, unsafe tcgetattr(descriptor, &former) == 0 else { return nil }
        self.descriptor = descriptor
        self.former = former
        guard isInForeground else { return nil }
    }

    /// Asking from the background would stop the process.
    private var isInForeground: Bool { tcgetpgrp(descriptor) == getpgrp() }

    func enter() {
        var mode = former
        mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
        set(mode)
    }

    func leave() { set(former) }

    private func set(_ mode: termios) {
        guard isInForeground else { return }
        var mode = mode
        _ = unsafe tcsetattr(descriptor, TCSADRAIN, &mode)
    }
}
