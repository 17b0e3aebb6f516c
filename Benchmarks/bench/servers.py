"""The servers: ours, nginx and libmicrohttpd. All answer 200 with the same thirteen bytes of text/plain."""

import json
import os

from processes import SERVER_CORE, Process, fetch, free_port, wait_until_served


class Server:
    """Started by `with`; `address` is where it serves, `scheme` how."""

    scheme = "http"

    @property
    def url(self):
        return f"{self.scheme}://{self.address}/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()


class OurServer(Server):
    name = "ours"

    def __init__(self, workshop, pace=0, tick_us=1000, tls=False, counting=False, json=None):
        command = [workshop.runtime_bench(), "serve", "--pace", pace, "--tick", tick_us]
        command += ["--json", json] if json else []
        if tls:
            self.scheme = "https"
            _, certificate, key = workshop.certificates()
            command += ["--certificate", certificate, "--key", key]
        environment = {"LD_PRELOAD": str(workshop.allocation_count)} if counting else {}
        self.process = Process(command, SERVER_CORE, workshop.log("serve"), environment)
        try:
            places = self.process.read_report()
        except BaseException:
            self.process.stop()
            raise
        self.address, self.control = places["address"], places["control"]

    def counts(self):
        return json.loads(fetch(self.control))

    def requests(self):
        return self.counts()["requests"]


class Nginx(Server):
    """One worker, no log. With a pace, requests over the rate are delayed to it (limit_req), never refused: the
    burst is far above the number of connections. `delay` lets it catch up with 100 ms that a stall held up."""

    name = "nginx"

    def __init__(self, workshop, pace=0, tls=False, answer=None):
        """`answer`: a body of JSON instead of the thirteen bytes."""
        port, status = free_port(), free_port()
        self.address, self.status = f"127.0.0.1:{port}", f"127.0.0.1:{status}"
        folder = workshop.folder / f"nginx-{port}"
        folder.mkdir()
        secure = ""
        if tls:
            self.scheme = "https"
            _, certificate, key = workshop.certificates()
            secure = f"ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.3;"
        # limit_req acts in a phase that a server-level `return` would come before; try_files puts the answer behind it.
        limited = f"limit_req zone=pace burst=100000 delay={pace // 10};" if pace else ""
        kind = "application/json" if answer else "text/plain"
        answer = f"return 200 '{answer}';" if answer else 'return 200 "hello, world\\n";'
        places = f"location / {{ {limited} try_files /none @answer; }} location @answer {{ {answer} }}" if pace \
            else f"location / {{ {answer} }}"
        (folder / "nginx.conf").write_text(f"""
daemon off;
{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    default_type {kind};
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {f"limit_req_zone $server_port zone=pace:64k rate={pace}r/s;" if pace else ""}
    server {{
        listen 127.0.0.1:{port} {"ssl" if tls else ""} backlog=4096;
        root {folder};
        {secure}
        {places}
    }}
    server {{
        listen 127.0.0.1:{status};
        location / {{ stub_status; }}
    }}
}}
""")
        self.process = Process(
            ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"], SERVER_CORE,
            workshop.log("nginx"))
        try:
            wait_until_served(self.process, self.address)
            wait_until_served(self.process, self.status)
        except BaseException:
            self.process.stop()
            raise

    def requests(self):
        """The third number of the line behind "server accepts handled requests"; it counts the asking ones too."""
        return int(fetch(self.status).splitlines()[2].split()[2])


class MicroHTTPD(Server):
    name = "libmicrohttpd"

    def __init__(self, workshop):
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self.process = Process([workshop.twin("microhttpd-server"), port], SERVER_CORE, workshop.log("microhttpd"))
        try:
            wait_until_served(self.process, self.address)
        except BaseException:
            self.process.stop()
            raise
