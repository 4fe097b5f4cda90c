"""Connections that say nothing whole are let go: whoever opens one and never finishes a request holds it for seconds."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# seconds between two looks: a head has to be whole, and of a body so many bytes have to come
PATIENCE = 20.0
LEAST = 1024


class PatientConnection(HttpToolsProtocol):
    """uvicorn's own waits for a first request, for the rest of one, and for a body without end."""

    heard, asked = 0, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look(None, 0)

    def data_received(self, data: bytes) -> None:
        self.heard += len(data)
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self.asked += 1
        super().on_headers_complete()

    def _look(self, before: Any, heard: int) -> None:
        """Let go of a client who is where they were at the last look; a websocket has a protocol of its own."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        waits_for = self._waits_for()
        if (
            waits_for is not None
            and waits_for == before
            and not (waits_for[0] == "body" and self.heard - heard >= LEAST)
        ):
            self.transport.close()
            return
        self.loop.call_later(PATIENCE, self._look, waits_for, self.heard)

    def _waits_for(self) -> tuple[str, int] | None:
        """What the client has still to send, and after how many requests; None while it is our turn."""
        if self.cycle is None or self.cycle.response_complete:
            return "head", self.asked
        if self.cycle.more_body and not self.flow.read_paused:
            return "body", self.asked
        return None
