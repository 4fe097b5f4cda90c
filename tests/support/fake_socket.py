"""The socket in front of the fake Pipedrive: it carries requests to the company, or breaks them as ordered."""

import json
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from app.practice.envelopes import Reply
from tests.support.faults import Ending, Fault

JSON = "application/json"
LARGE = 1_000_000_000


@dataclass(frozen=True)
class Heard:
    """One request as it arrived; `at` is monotonic seconds."""

    method: str
    path: str
    query: list[tuple[str, str]]
    key: str | None
    content_type: str
    body: bytes
    at: float

    @property
    def json(self):
        return json.loads(self.body) if self.body else None


def is_waiting(line: socket.socket) -> bool:
    """Whether whoever asked on this line still waits; one who gave up has closed it, for one who was killed the kernel has."""
    try:
        return line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


class Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address, fake):
        self.fake = fake
        self.open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request, client_address):
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """A client that hangs up is no news here."""

    def hang_up(self):
        for request in list(self.open):
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)
            # its thread may still stand in an answer; the connection must not wait for the collector
            request.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self):
        parts, length = urlsplit(self.path), int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            # whoever was killed while speaking has asked for nothing
            self.close_connection = True
            return
        heard = Heard(
            self.command,
            parts.path,
            parse_qsl(parts.query, keep_blank_values=True),
            self.headers.get("x-api-token"),
            self.headers.get("content-type", ""),
            body,
            time.monotonic(),
        )
        fault = self.fake.hear(heard)
        with self.fake.busy_with(heard.key, self.connection):
            if self.fake.delay:
                self.fake.stopping.wait(self.fake.delay)
            reply = None if fault else self.fake.commit(heard)
        # Before the answer leaves: afterwards the client may ask again at once.
        if is_waiting(self.connection):
            self.fake.answering(heard, fault)
        if fault is None:
            self.reply(reply)
        else:
            self.break_down(fault, heard)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any

    @property
    def fake(self):
        return self.server.fake

    def break_down(self, fault: Fault, heard: Heard):
        reply = self.fake.commit(heard) if fault.commits else Reply(200, b'{"success": true, "data": {"id": 1')
        if fault.ending is Ending.ANSWER:
            self.reply(Reply(fault.status, fault.body, fault.headers))
        elif fault.ending is Ending.TRUNCATED:
            self.reply(Reply(200, reply.body[: len(reply.body) // 2], {"content-type": JSON}))
        else:
            self.close_connection = True
            {
                Ending.RESET: self.send_reset,
                Ending.SILENCE: self.wait_for_hang_up,
                Ending.LATE_COMMIT: lambda: self.commit_late(fault, heard),
                Ending.DRIP: lambda: self.drip(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"),
                Ending.DRIPPING_HEADERS: lambda: self.drip(b"HTTP/1.1 200 OK\r\nx-slow: "),
            }[fault.ending]()

    def reply(self, reply: Reply):
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        length = int(reply.headers.get("content-length", len(reply.body)))
        if "content-length" not in reply.headers:
            self.send_header("content-length", str(length))
        self.end_headers()
        self.wfile.write(reply.body)
        for _ in range(len(reply.body), length, 65_536):
            self.wfile.write(b"x" * 65_536)
        self.fake.poured_out |= length > LARGE

    def send_reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def wait_for_hang_up(self):
        with suppress(OSError):
            self.rfile.read(1)

    def commit_late(self, fault: Fault, heard: Heard):
        self.wait_for_hang_up()
        self.fake.gate.wait(fault.after)
        if not self.fake.stopping.is_set():
            self.fake.commit(heard)
        self.fake.late_commits.release()

    def drip(self, start: bytes):
        self.wfile.write(start)
        for _ in range(100):
            if self.fake.stopping.wait(0.05):
                return
            self.wfile.write(b"x")
        self.fake.poured_out = True
