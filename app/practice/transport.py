"""The practice company behind the very client code that talks to the real one, without a socket."""

from collections.abc import Callable
from typing import Any

import httpx

from app.practice.company import Company
from app.practice.request_handler import answer


class PracticeTransport(httpx.BaseTransport):
    """Answers from a company; `save` is given a snapshot after every write that succeeded."""

    def __init__(self, company: Company, save: Callable[[dict[str, Any]], None] | None = None) -> None:
        self._company = company
        self._save = save

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        reply = answer(
            self._company,
            request.method,
            request.url.path,
            request.url.params.multi_items(),
            {name.lower(): value for name, value in request.headers.items()},
            request.read(),
        )
        if self._save is not None and request.method != "GET" and reply.status < 300:
            self._save(self._company.dump())
        return httpx.Response(reply.status, headers=reply.headers, stream=httpx.ByteStream(reply.body))
