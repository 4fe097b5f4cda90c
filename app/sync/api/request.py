"""One request to Pipedrive, and the sorting of whatever came back into an answer or one of our errors.

Only a POST creates, so only a POST can leave an unknown outcome behind; every
other request may simply be sent again.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from app.sync.api.errors import (
    ApiOff,
    Blocked,
    Gone,
    KeyRefused,
    KeyUnknown,
    NotAllowed,
    NotSent,
    PipedriveError,
    Rejected,
    Throttled,
    UnknownOutcome,
    Unreachable,
)
from app.sync.api.http_client import deadline

READ_CAP = 2_000_000
DEADLINE = 20.0
DEAREST_CALL = 40
# a refusal of everything, not of one record
API_OFF = re.compile(r"\bAPI access\b", re.IGNORECASE)
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Call:
    """What we ask; the key is no part of it."""

    method: str
    path: str
    query: dict[str, str] | None = None
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """What came over the wire; `body` is None when it was cut off, compressed or larger than the cap."""

    status: int
    headers: httpx.Headers
    body: bytes | None

    def parsed(self) -> dict[str, Any]:
        try:
            content = json.loads(self.body or b"")
        except (ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}


def ask(http: httpx.Client, key: str, call: Call, seconds: float = DEADLINE) -> tuple[dict[str, Any], httpx.Headers]:
    """Send one request and return the parsed answer and its headers; raise PipedriveError otherwise."""
    trouble: PipedriveError | None = None
    answer: Answer | None = None
    with deadline(seconds):
        try:
            answer = _send(http, key, call)
        except NOT_SENT:
            trouble = NotSent("Pipedrive cannot be reached; trying again soon.")
        except httpx.TransportError:
            trouble = lost(call.method)
    if trouble is None and answer is not None:
        trouble = _trouble_in(answer, call.method, key)
    if trouble is not None or answer is None:
        # Raised out here so that it drags no httpx error along: those hold the request, and so the key.
        raise trouble or lost(call.method)
    return answer.parsed(), answer.headers


def lost(method: str) -> PipedriveError:
    """No usable answer came: for a POST that leaves the outcome open."""
    if method == "POST":
        return UnknownOutcome("Pipedrive did not answer properly; we look whether it arrived before trying again.")
    return Unreachable("Pipedrive did not answer properly; trying again soon.")


def _send(http: httpx.Client, key: str, call: Call) -> Answer:
    headers = {"x-api-token": key}
    with http.stream(call.method, call.path, params=call.query, json=call.body, headers=headers) as response:
        return Answer(response.status_code, response.headers, _read(response))


def _read(response: httpx.Response) -> bytes | None:
    if response.headers.get("content-encoding", "identity") != "identity":
        return None
    chunks = bytearray()
    try:
        for chunk in response.iter_bytes():
            chunks += chunk
            if len(chunks) > READ_CAP:
                return None
    except httpx.TransportError:
        return None
    return bytes(chunks)


def _trouble_in(answer: Answer, method: str, key: str) -> PipedriveError | None:
    status = answer.status
    if 200 <= status < 300:
        content = answer.parsed()
        # a deleted webhook is answered without data
        said = "data" in content or method == "DELETE"
        return None if content.get("success") is True and said else lost(method)
    if 300 <= status < 400:
        return Rejected(
            "Pipedrive sent us to another address. Your administrator has to check the company domain.", status=status
        )
    if 400 <= status < 500 and status != 408:
        return _refusal(answer, key)
    return lost(method)


def _refusal(answer: Answer, key: str) -> PipedriveError:
    content = answer.parsed()
    if answer.status == 429:
        return _throttled(answer)
    if answer.status == 401:
        return KeyUnknown()
    if answer.status == 402:
        return KeyRefused(
            "Your firm's Pipedrive account is not open; once it is open again, what waits goes over by itself."
        )
    if answer.status == 403 and not content:
        return Blocked()
    if answer.status == 403 and API_OFF.search(str(content.get("error"))):
        return ApiOff()
    return _definite_no(answer, content, key)


def _definite_no(answer: Answer, content: dict[str, Any], key: str) -> Rejected:
    code = str(content.get("code") or "").replace(key, "[key]")[:100]
    said = content.get("error") or content.get("message") or f"status {answer.status}"
    words = " ".join(str(said).replace(key, "[key]").split())[:300].rstrip(". ")
    if answer.status == 404:
        return Gone("This record is no longer in Pipedrive, or your key may not see it.", status=404, code=code)
    if answer.status == 403 and not code.startswith("feature_capping"):
        return NotAllowed(f"Pipedrive does not allow this: {words}.", status=403, code=code)
    return Rejected(f"Pipedrive refused this: {words}.", status=answer.status, code=code)


def _throttled(answer: Answer) -> Throttled:
    """Tell a short pause from a day's budget, as the rate headers do; both waits are capped."""
    headers = answer.headers
    tokens = _number(headers.get("x-daily-ratelimit-token-remaining"))
    # Searches have a tighter limit of their own, so requests that remain prove an empty budget only without a budget.
    daily = (_number(headers.get("x-ratelimit-remaining")) or 0) > 0 if tokens is None else tokens < DEAREST_CALL
    asked = _retry_after(headers.get("retry-after"))
    if daily:
        # Nobody says in which time zone Pipedrive's day ends, so we ask again every hour.
        return Throttled(_between(3600.0 if asked is None else asked, 1, 86_400), daily=True)
    firewall = headers.get("content-type", "").startswith("text/html")
    hints = (asked, _number(headers.get("x-ratelimit-reset")), 60.0 if firewall else 2.0)
    return Throttled(_between(next(hint for hint in hints if hint is not None), 1, 3600))


def _between(seconds: float, least: float, most: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, least), most))


def _number(text: str | None) -> float | None:
    digits = (text or "").strip()
    return float(digits[:12]) if digits.isascii() and digits.isdigit() else None


def _retry_after(text: str | None) -> float | None:
    if text is None or _number(text) is not None:
        return _number(text)
    try:
        return (parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
