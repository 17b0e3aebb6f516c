"""Readers of a live page's events, each over a connection of its own: viewers.py HOST:PORT COUNT

Reads until standard input ends, and then says how many seconds the reader that heard least was told, and how many bytes all
have read."""

import json
import selectors
import socket
import sys


def main(address, count):
    host, port = address.rsplit(":", 1)
    choices, heard = selectors.DefaultSelector(), {}
    for _ in range(int(count)):
        reader = socket.create_connection((host, int(port)), timeout=10)
        reader.sendall(f"GET /events HTTP/1.1\r\nhost: {address}\r\n\r\n".encode())
        choices.register(reader, selectors.EVENT_READ)
        heard[reader] = [0, 0]
    choices.register(sys.stdin, selectors.EVENT_READ)
    while True:
        for key, _ in choices.select():
            if key.fileobj is sys.stdin:
                counts = list(heard.values())
                print(json.dumps({"seconds_least": min((seconds for seconds, _ in counts), default=0),
                                  "bytes": sum(size for _, size in counts)}), flush=True)
                return
            piece = key.fileobj.recv(1 << 16)
            if not piece:
                choices.unregister(key.fileobj)
            # The name of an event comes in one piece with its message.
            heard[key.fileobj][0] += piece.count(b"event: second\n")
            heard[key.fileobj][1] += len(piece)


if __name__ == "__main__":
    main(*sys.argv[1:])
