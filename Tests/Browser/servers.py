"""A server that shows files as CI systems show artifacts: with a policy that forbids scripts and styles."""

import contextlib
import functools
import http.server
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
