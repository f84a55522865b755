"""A webhook on this machine that keeps what it is told."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body))  # type: ignore[attr-defined]
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def webhook() -> Iterator[HTTPServer]:
    """The server, with ``got`` (payloads) and ``answers`` (statuses to give before it goes on with 200)."""
    with HTTPServer(("127.0.0.1", 0), _Hook) as server:
        server.got, server.answers = [], []  # type: ignore[attr-defined]
        with serving(server):
            yield server


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """The server answers until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
