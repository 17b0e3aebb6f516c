import Glibc

/// The system's words for an errno.
func systemErrorText(_ code: Int32) -> String {
    unsafe cText(capacity: 256) { text, capacity in
        unsafe _ = strerror_r(code, text, capacity)
    }
}

func isReset(_ code: Int32) -> Bool {
    code == ECONNRESET || code == EPIPE
}
