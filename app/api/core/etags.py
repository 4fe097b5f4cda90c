"""Answers with an ETag: `"<version>-<hash>"`, so that a reader asks "still the same?" and a writer "still mine?"."""

import json
import re
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response, StreamingResponse
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


def created(request: Request, body: BaseModel, *, below: str | None = None) -> Response:
    """201 with what was made, its tag, and where it is found from now on: `below` that address, or this one."""
    text = body.model_dump_json()
    row = json.loads(text)
    headers = {"ETag": of(text, row["version"]), "Location": f"{below or request.url.path}/{row['id']}"}
    return Response(text, 201, headers, "application/json")


def tagged(request: Request, answer: Response) -> Response:
    """The answer to a GET with a tag of its own, where its route gave none; 304 when the reader already has it."""
    if request.method != "GET" or answer.status_code != 200 or "etag" in answer.headers or not _is_whole_json(answer):
        return answer
    tag = of(bytes(answer.body).decode(), None)
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer


def _is_whole_json(answer: Response) -> bool:
    return answer.media_type == "application/json" and not isinstance(answer, StreamingResponse)


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
