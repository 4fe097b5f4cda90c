"""Answers with an ETag: `"<version>-<hash>"`, so that a reader asks "still the same?" and a writer "still mine?"."""

import re
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.errors import Stale

OURS = re.compile(r'(?:W/)?"(\d{1,9})-[0-9a-f]{16}"')


def shown(
    request: Request, body: BaseModel, *, version: int | None = None, apart: frozenset[str] = frozenset()
) -> Response:
    """The answer to a GET or PUT; 304 without a body when the reader already has it, the fields `apart` aside."""
    text = body.model_dump_json()
    tag = of(body.model_dump_json(exclude=set(apart)) if apart else text, version)
    if request.method == "GET" and _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(text, media_type="application/json", headers={"ETag": tag})


def of(text: str, version: int | None) -> str:
    digest = sha256(text.encode()).hexdigest()[:16]
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def seen(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version that the writer saw. A tag that is not ours cannot be current: raises Stale."""
    if if_match is None or if_match.strip() == "*":
        return None
    ours = OURS.fullmatch(if_match.strip())
    if ours is None:
        raise Stale
    return int(ours[1])


Seen = Annotated[int | None, Depends(seen)]


def _has(known: str, tag: str) -> bool:
    tags = {one.strip().removeprefix("W/") for one in known.split(",")}
    return tag in tags or "*" in tags
