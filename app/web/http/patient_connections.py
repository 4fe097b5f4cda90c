"""Connections that say nothing whole, or take nothing of what they asked for, are let go: whoever opens one holds it for seconds."""

import asyncio
import fcntl
import sys
import termios
from dataclasses import dataclass

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.web.http.connection_room import Room

# seconds between two looks: a head has to be whole, and of a body, or out of an answer, so many bytes have to go
PATIENCE = 20.0
LEAST = 1024


@dataclass(frozen=True)
class Wait:
    """What for, after how many requests or emptied buffers, and how far they have come with it."""

    what: str
    after: int
    moved: int = 0

    def is_stuck(self, before: "Wait") -> bool:
        return (self.what, self.after) == (before.what, before.after) and self.moved - before.moved < LEAST


# of this process
room = Room()


class PatientConnection(HttpToolsProtocol):
    """uvicorn's own waits for a first request, for the rest of one, for a body and for a reader without end."""

    heard, asked, drained, last_word = 0, 0, 0, 0.0
    is_lost = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.last_word = self.loop.time()
        self._look(None)
        room.enter(self, self._address)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        room.exit(self, self._address)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        room.exit(self, self._address)
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        self.heard += len(data)
        self.last_word = self.loop.time()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self.asked += 1
        super().on_headers_complete()

    def resume_writing(self) -> None:
        self.drained += 1
        super().resume_writing()

    @property
    def silent_since(self) -> float | None:
        """When it last said something; None while it is our turn."""
        return self.last_word if self._waits_for() else None

    def leave(self) -> None:
        room.exit(self, self._address)
        self.transport.abort()

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def _look(self, before: Wait | None) -> None:
        """Let go of a client who is where they were at the last look; a websocket has a protocol of its own."""
        if self.is_lost or self.transport.get_protocol() is not self:
            return
        waits_for = self._waits_for()
        if waits_for and before and waits_for.is_stuck(before):
            # closing would wait for a reader, too
            self.leave()
        else:
            self.loop.call_later(PATIENCE, self._look, waits_for)

    def _waits_for(self) -> Wait | None:
        """What the client has still to do; None while it is our turn."""
        if left := self.transport.get_write_buffer_size():
            return Wait("reading", self.drained, -left - _unread(self.transport))
        if self.cycle is None or self.cycle.response_complete:
            return Wait("head", self.asked)
        if self.cycle.more_body and not self.flow.read_paused:
            return Wait("body", self.asked, self.heard)
        return None


def _unread(transport: asyncio.Transport) -> int:
    """The bytes that wait in the system: a slow reader empties some millions there before we may write again."""
    line = transport.get_extra_info("socket")
    return int.from_bytes(fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)
