"""Asking Pipedrive with one key: single records, whole lists, searches; whatever comes back is read with suspicion."""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import httpx

from app.sync.api import request, response_parsing
from app.sync.api.errors import ApiOff, KeyRefused, NotAllowed, Unreachable

ME = "/v1/users/me"
PAGE = 100
MOST_PAGES = 50
KEY = re.compile(r"[!-~]{1,200}")

T = TypeVar("T")


class Asking:
    """One user's line to one company; `tokens_left` is the company's daily budget as last heard."""

    def __init__(self, http: httpx.Client, key: str, *, deadline: float = request.DEADLINE) -> None:
        if not KEY.fullmatch(key):
            raise KeyRefused("This does not look like a Pipedrive key.")
        self._http = http
        self._key = key
        self._deadline = deadline
        self.tokens_left: int | None = None
        self._is_let_in = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._http.base_url})"

    def _one(
        self,
        method: str,
        path: str,
        read: Callable[[Any], T],
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> T:
        for record in _readable([self._ask(method, path, query, body)["data"]], read):
            return record
        raise request.lost(method)

    def _several(self, path: str, query: dict[str, str], read: Callable[[Any], T]) -> tuple[list[T], str | None]:
        content = self._ask("GET", path, query)
        rows, more = content["data"], content.get("additional_data")
        if isinstance(rows, dict):
            hits = rows.get("items")
            rows = [hit.get("item") for hit in hits if isinstance(hit, dict)] if isinstance(hits, list) else "?"
        if rows is not None and not isinstance(rows, list):
            raise request.lost("GET")
        cursor = more.get("next_cursor") if isinstance(more, dict) else None
        return list(_readable(rows or [], read)), cursor if isinstance(cursor, str) and cursor else None

    def _pages(self, path: str, query: dict[str, str], read: Callable[[Any], T], size: int = PAGE) -> Iterator[list[T]]:
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = {"limit": str(size)} | ({"cursor": cursor} if cursor else {})
            rows, following = self._several(path, {**query, **page}, read)
            yield rows
            if following is None:
                return
            cursor = following
        raise Unreachable("A list in Pipedrive was too long to read; trying again soon.")

    def _all(self, path: str, query: dict[str, str], read: Callable[[Any], T]) -> Iterator[T]:
        for rows in self._pages(path, query, read):
            yield from rows

    def _found(self, kind: str, term: str, field: str, read: Callable[[Any], T]) -> list[T]:
        """Search, and check every hit again: exact_match has been seen to return near matches."""
        wanted = _folded(term)
        if not wanted:
            return []
        query = {"term": " ".join(term.split()), "fields": field, "exact_match": "true", "limit": str(PAGE)}
        hits, _ = self._several(f"/api/v2/{kind}/search", query, lambda data: (_texts(data, field), read(data)))
        return [record for texts, record in hits if wanted in {_folded(text) for text in texts}]

    def _ask(
        self, method: str, path: str, query: dict[str, str] | None = None, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            content, headers = self._send(request.Call(method, path, query, body))
        except NotAllowed:
            self._raise_if_shut_out(path)
            raise
        left = headers.get("x-daily-ratelimit-token-remaining", "")
        self.tokens_left = int(left) if left.isascii() and left.isdigit() else self.tokens_left
        return content

    def _send(self, call: request.Call) -> tuple[dict[str, Any], httpx.Headers]:
        return request.ask(self._http, self._key, call, self._deadline)

    def _raise_if_shut_out(self, path: str) -> None:
        """Pipedrive refused one thing: where that is so for everything, which asking whose key it is tells, raise ApiOff.

        Asked once with one client; 2 tokens.
        """
        if self._is_let_in:
            return
        if path == ME:
            raise ApiOff
        try:
            self._send(request.Call("GET", ME))
        except NotAllowed:
            raise ApiOff from None
        self._is_let_in = True


def _readable(rows: list[Any], read: Callable[[Any], T]) -> Iterator[T]:
    for row in rows:
        try:
            yield read(row)
        except response_parsing.Unreadable:
            continue


def _texts(hit: Any, field: str) -> list[str]:
    found = hit.get({"email": "emails", "phone": "phones"}.get(field, field)) if isinstance(hit, dict) else None
    return [text for text in (found if isinstance(found, list) else [found]) if isinstance(text, str)]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
