"""A Pipedrive on the loopback: the practice company behind a real socket, with faults on order."""

import socket
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from app.practice import contract
from app.practice.company import Company
from app.practice.envelopes import Reply
from app.practice.request_handler import answer
from tests.support.fake_socket import Heard, Server, is_waiting
from tests.support.faults import Fault


@dataclass
class Order:
    """A fault waiting for the requests it is meant for; `times` None means until `heal`."""

    fault: Fault
    method: str | None
    kind: str | None
    key: str | None
    times: int | None
    about: str = ""

    def fits(self, heard: Heard) -> bool:
        parts = heard.path.split("/")
        return (
            self.times != 0
            and self.method in {None, heard.method}
            and (self.kind is None or self.kind in parts)
            and self.key in {None, heard.key}
            and self.about in f"{heard.body.decode()} {heard.query}"
        )


class FakePipedrive:
    """`company` is the state, `heard` the log; `violations` and `overlaps` should stay empty.

    `poured_out` says that a body which drips or has no end was taken to its end.
    """

    def __init__(self, keys=None, *, domain="acme", lag=0.0, limits=None, clock=None):
        given = {"clock": clock} if clock else {}
        self.company = Company(domain, domain.title(), lag=timedelta(seconds=lag), limits=limits, **given)
        self.user_ids = {key: self.company.add_user(key, name) for key, name in (keys or {"key-anna": "Anna"}).items()}
        self.heard: list[Heard] = []
        self.violations: list[str] = []
        self.overlaps: list[str] = []
        self.gate = threading.Event()
        self.late_commits = threading.Semaphore(0)
        self.stopping = threading.Event()
        self.delay = 0.0
        self.poured_out = False
        self._orders: list[Order] = []
        self._in_hand: dict[str, list[socket.socket]] = {}
        self._lock = threading.Lock()
        self._server: Server | None = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self, port=0):
        self.stopping.clear()
        self.gate.clear()
        self._server = Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def stop(self):
        """Stop listening and hang up on everybody; `start(port)` comes back at the same address."""
        if self._server is None:
            return
        self.stopping.set()
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        # every thread has ended, so every connection is closed and none is left to the collector
        assert not self._server.open
        self._server = None

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next(self, fault: Fault, *, method=None, kind=None, key=None, times=1, about=""):
        """Let the next request (of a method, of a kind such as "persons", of a key, with these words) run into a fault."""
        with self._lock:
            self._orders.append(Order(fault, method, kind, key, times, about))

    def heal(self):
        """Forget every fault that is still on order."""
        with self._lock:
            self._orders.clear()

    def asked(self, method=None, kind=None, key=None) -> list[Heard]:
        """The requests heard so far, filtered the way `next` filters."""
        order = Order(Fault(), method, kind, key, None)
        return [heard for heard in list(self.heard) if order.fits(heard)]

    def alive(self, kind) -> list[dict]:
        """The records of a kind that nobody deleted."""
        return [record for record in self.company.records(kind) if not record["is_deleted"]]

    def doubles(self, kind) -> list[str]:
        """What exists more than once: organization names, e-mail addresses, or activity notes with their subjects."""
        texts = {
            "organizations": lambda record: [record["name"]],
            "persons": lambda record: [row["value"] for row in record["emails"]] or [record["name"]],
            "activities": lambda record: [f"{record['person_id']} {record['subject']} {record['note']}"],
        }[kind]
        return [
            text for text, times in Counter(text for r in self.alive(kind) for text in texts(r)).items() if times > 1
        ]

    def hear(self, heard: Heard) -> Fault | None:
        wrong = contract.violation(heard.method, heard.path, heard.query, heard.content_type, heard.body)
        with self._lock:
            self.heard.append(heard)
            self.violations += [wrong] if wrong else []
            order = next((order for order in self._orders if order.fits(heard)), None)
            if order is None:
                return None
            order.times = None if order.times is None else order.times - 1
            return order.fault

    @contextmanager
    def busy_with(self, key, line):
        """Note two requests of one key as at once while whoever asked first still waits; `delay` makes the moment long.

        One who gave up or was killed may be followed, and who still waits is read from the line itself: on a busy
        machine this process may get to two requests in the same moment although the first one's asker hung up before
        the second was sent.
        """
        with self._lock:
            lines = self._in_hand.setdefault(key, [])
            self.overlaps += [key] if any(map(is_waiting, lines)) else []
            lines.append(line)
        try:
            yield
        finally:
            with self._lock:
                lines.remove(line)

    def answering(self, heard: Heard, fault: Fault | None):
        """An answer, or what a fault makes of it, is about to leave for somebody who still waits for it."""

    def commit(self, heard: Heard) -> Reply:
        headers = {"content-type": heard.content_type} | ({"x-api-token": heard.key} if heard.key else {})
        return answer(self.company, heard.method, heard.path, heard.query, headers, heard.body)
