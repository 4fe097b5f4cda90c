"""POSTs that a phone may send again: with an Idempotency-Key, the second time only the answer comes back."""

import json
from collections.abc import Callable
from typing import Annotated

from fastapi import Header, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from app.api.core import etags
from app.models import User
from app.models.base import Draft
from app.services.base import idempotency
from app.services.base.idempotency import Answer

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=r"^[!-~]+$",
        description="A new random text for each action; sent again, it does nothing twice.",
    ),
]


def made(  # noqa: PLR0917 - the order in which a request comes together
    request: Request,
    session: Session,
    me: User,
    key: str | None,
    draft: Draft,
    make: Callable[[], BaseModel],
    *,
    below: str | None = None,
) -> Response:
    """201 with what `make` made, or the earlier answer to the same key; it is found `below` that address, or this one."""

    def act() -> Answer:
        return Answer(201, make().model_dump_json())

    url = request.url
    asked = f"{request.method} {url.path}?{url.query} {draft.model_dump_json(exclude_unset=True)}"
    answer = idempotency.once(session, me, key, asked, act) if key else act()
    row = json.loads(answer.body)
    headers = {"ETag": etags.of(answer.body, row["version"]), "Location": f"{below or url.path}/{row['id']}"}
    return Response(answer.body, answer.status, headers, "application/json")
