#!/usr/bin/env python3
"""A small shop that knows nothing of Spillway: plans/corner-shop.yaml drives it, docs/outside-stacks.md explains it.

    python3 plans/corner-shop/shop.py

takes orders, has a bank collect the money, and keeps its books in SQLite under names of its own:

    POST /orders {"order_ref": "...", "cents": 1250}   201 PAID, 402 DEAD, 202 OPEN (the bank did not say)
    GET /export/calls                                  its calls to the bank, a JSON object a line

It listens on loopback only, and begins with empty books. Ctrl-C ends it.
"""

import argparse
import http.client
import json
import pathlib
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = """
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS calls;
CREATE TABLE orders (
    order_no TEXT PRIMARY KEY, ref TEXT UNIQUE NOT NULL, cents INTEGER NOT NULL, status TEXT NOT NULL,
    booked_at REAL NOT NULL, drill INTEGER NOT NULL);
CREATE TABLE calls (number INTEGER PRIMARY KEY, order_no TEXT, sent_at REAL, ended_at REAL, result TEXT, drill INTEGER);
"""


class Books:
    """One connection and one lock: a corner shop has one till."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.Lock()
        self.database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = OFF")
        self.database.executescript(TABLES)

    def run(self, sql, *values):
        with self.lock:
            return self.database.execute(sql, values).fetchall()

    def begin(self, ref, cents, is_drill):
        """The order's number, and whether it is new: who asks twice buys once."""
        with self.lock:
            known = self.database.execute("SELECT order_no, status FROM orders WHERE ref = ?", (ref,)).fetchone()
            if known:
                return known[0], known[1], False
            count = self.database.execute("SELECT count(*) FROM orders").fetchone()[0]
            number = f"CS-{count + 1:07}"
            self.database.execute(
                "INSERT INTO orders VALUES (?, ?, ?, 'OPEN', ?, ?)", (number, ref, cents, time.time(), is_drill))
            return number, "OPEN", True


class Bank:
    """A connection for each thread; an answer that does not come says nothing about the money."""

    RESULTS = {201: ("PAID", "ok"), 402: ("DEAD", "no")}

    def __init__(self, address):
        self.address = address
        self.threads = threading.local()

    def collect(self, number, cents, mark):
        headers = {"Content-Type": "application/json"}
        if mark:
            headers["X-Shadow"] = mark  # whatever a caller says of the order is said to the bank
        body = {"reference": number, "amount": cents, "currency": "EUR", "capture": True}
        try:
            connection = getattr(self.threads, "connection", None) or http.client.HTTPConnection(self.address, timeout=2)
            self.threads.connection = connection
            connection.request("POST", "/v1/authorise", json.dumps(body), headers)
            response = connection.getresponse()
            response.read()
            return self.RESULTS.get(response.status, ("OPEN", "?"))
        except (OSError, http.client.HTTPException):
            self.threads.connection = None
            return "OPEN", "?"


class Till(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    books = None
    bank = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            order = json.loads(body)
            ref, cents = str(order["order_ref"]), int(order["cents"])
        except (ValueError, KeyError, TypeError):
            return self.answer(400, {"problem": "an order has order_ref and cents"})
        if self.path != "/orders" or cents <= 0:
            return self.answer(404 if self.path != "/orders" else 400, {"problem": "no such thing"})
        mark = self.headers.get("X-Shadow")
        number, status, is_new = self.books.begin(ref, cents, 1 if mark else 0)
        if is_new:
            sent = time.time()
            status, result = self.bank.collect(number, cents, mark)
            self.books.run("UPDATE orders SET status = ? WHERE order_no = ?", status, number)
            self.books.run(
                "INSERT INTO calls (order_no, sent_at, ended_at, result, drill) VALUES (?, ?, ?, ?, ?)",
                number, sent, time.time(), result, 1 if mark else 0)
        self.answer({"PAID": 201, "DEAD": 402}.get(status, 202), {"order_no": number, "status": status})

    def do_GET(self):
        if self.path != "/export/calls":
            return self.answer(404, {"problem": "no such thing"})
        rows = self.books.run("SELECT order_no, result, sent_at, ended_at FROM calls WHERE drill = 1 ORDER BY number")
        names = ("order_no", "result", "sent_at", "ended_at")
        text = "".join(json.dumps(dict(zip(names, row))) + "\n" for row in rows)
        self.send(200, "application/x-ndjson", text.encode())

    def answer(self, status, value):
        self.send(status, "application/json", json.dumps(value).encode())

    def send(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Shop(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def main():
    parser = argparse.ArgumentParser(description="A small shop that knows nothing of Spillway.")
    parser.add_argument("--port", type=int, default=8190, help="where it listens on loopback (8190)")
    parser.add_argument("--bank", default="127.0.0.1:9190", help="where its bank listens (127.0.0.1:9190)")
    parser.add_argument("--books", type=pathlib.Path, default=ROOT / "reports" / "corner-shop.db", help="its database")
    arguments = parser.parse_args()
    Till.books = Books(arguments.books)
    Till.bank = Bank(arguments.bank)
    shop = Shop(("127.0.0.1", arguments.port), Till)
    print(f"the shop listens at http://127.0.0.1:{shop.server_port}; its books are {arguments.books}", flush=True)
    try:
        shop.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
