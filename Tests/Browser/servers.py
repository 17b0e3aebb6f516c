"""What stands between a page and the browser: a viewer of artifacts as CI systems have, and a line that can be cut."""

import contextlib
import functools
import http.server
import socket
import threading

# What artifact viewers send with a page of somebody's build.
FORBIDDING = "default-src 'none'; img-src data:"


class _Viewer(http.server.SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Content-Security-Policy", FORBIDDING)
        super().end_headers()

    def do_GET(self):
        if self.path != "/favicon.ico":
            return super().do_GET()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words):
        pass


@contextlib.contextmanager
def viewer(folder):
    """Serves a folder at a free port of loopback, and gives its address."""
    handler = functools.partial(_Viewer, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class Line:
    """Carries bytes between the browser and whoever is at the other end, until it is cut; then it lets nobody through until it
    is mended."""

    def __init__(self):
        self.far_end = None
        self._is_cut = False
        self._open = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        with self._lock:
            self._is_cut = True
            ends, self._open = self._open, set()
        for end in ends:
            # Whoever waits for bytes of it learns that there are none.
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self):
        with self._lock:
            self._is_cut = False

    def _accept(self):
        while True:
            near, _ = self._listener.accept()
            try:
                far = None if self._is_cut else socket.create_connection(("127.0.0.1", self.far_end))
            except OSError:
                far = None
            if far is None:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with contextlib.suppress(OSError):
            while piece := one.recv(1 << 16):
                other.sendall(piece)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open -= {one, other}
