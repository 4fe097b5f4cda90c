"""Our own short contract: which calls the product makes, what each may carry, and what it costs."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from app.practice import envelopes, schema_checks

NUMBER = "[0-9]{1,15}"
LETTERS = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Call:
    """One call of the contract; `cost` is in Pipedrive's API tokens."""

    method: str
    path: str
    does: str
    kind: str
    cost: int
    query: dict[str, Any]
    required_query: tuple[str, ...]
    body: Any

    @property
    def is_search(self) -> bool:
        return self.does == "search"

    def matches(self, path: str) -> re.Match[str] | None:
        return re.fullmatch(self.path.replace("{id}", f"(?P<id>{LETTERS if self.kind == 'leads' else NUMBER})"), path)


@dataclass(frozen=True)
class Request:
    """A request that fits the contract."""

    call: Call
    id: int | str
    query: dict[str, str]
    body: dict[str, Any]


@cache
def calls() -> tuple[Call, ...]:
    document = json.loads(files("app.practice").joinpath("contract.json").read_text(encoding="utf-8"))
    named = document["shapes"]
    return tuple(
        Call(
            method=call["method"],
            path=call["path"],
            does=call["does"],
            kind=call.get("kind", ""),
            cost=call["cost"],
            query={**named.get(call.get("query"), {}), **call.get("more_query", {})},
            required_query=tuple(call.get("required_query", ())),
            body=named.get(call.get("body")),
        )
        for call in document["calls"]
    )


def find(method: str, path: str) -> Call | None:
    """Return the call behind an address; v1 answers under /v1 and /api/v1."""
    plain = path.removeprefix("/api") if path.startswith("/api/v1/") else path
    return next((call for call in calls() if call.method == method and call.matches(plain)), None)


def read(call: Call, path: str, query: list[tuple[str, str]], content_type: str, body: bytes) -> Request:
    """Hold a request against its call; raise Refused where it does not fit."""
    found = call.matches(path)
    checked = schema_checks.check_query(query, call.query, call.required_query)
    content: dict[str, Any] = {}
    if call.body is not None:
        content = _parsed(content_type, body)
        schema_checks.check_body(content, call.body, partial=call.does == "change")
    elif body:
        raise envelopes.bad_request("A body is not allowed for this request")
    number = (found and found.groupdict().get("id")) or "0"
    return Request(call, number if call.kind == "leads" else int(number), checked, content)


def violation(method: str, path: str, query: list[tuple[str, str]], content_type: str, body: bytes) -> str | None:
    """Say in one line how a request breaks the contract, or None."""
    if any(key == "api_token" for key, _ in query):
        return f"{method} {path}: the key stands in the URL"
    call = find(method, path)
    if call is None:
        return f"{method} {path}: the contract has no such call"
    try:
        read(call, path, query, content_type, body)
    except envelopes.Refused as no:
        return f"{method} {path}: {no}"
    return None


def _parsed(content_type: str, body: bytes) -> dict[str, Any]:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise envelopes.bad_request("Content-Type must be application/json")
    try:
        content = json.loads(body)
    except ValueError:
        raise envelopes.bad_request("Body is not valid JSON") from None
    if not isinstance(content, dict):
        raise envelopes.invalid("body", "Expected object")
    return content
