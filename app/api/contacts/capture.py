"""/api/contacts/capture: one blob of text as a contact to look over."""

from typing import Annotated, Any

from fastapi import Body
from pydantic import Field

from app.api.core import examples
from app.api.core.dependencies import Caller, Transaction
from app.api.core.routing import Router
from app.api.core.schemas import Answer
from app.models.base import Draft
from app.services.base import firm_settings
from app.services.contacts import duplicates
from app.services.contacts.capture import text_parser

router = Router(prefix="/contacts", tags=["contacts"])


class Blob(Draft):
    text: str = Field(max_length=2_000_000)


class CapturedAnswer(Answer):
    """`draft` is a body for POST /api/contacts; `pieces` says what each part of the text was taken for."""

    sort: str
    draft: dict[str, Any]
    pieces: list[tuple[str, str]]
    candidates: list[dict[str, str]]


@router.post("/capture")
def captured(
    session: Transaction, me: Caller, wish: Annotated[Blob, Body(openapi_examples=examples.shown(examples.BLOB))]
) -> CapturedAnswer:
    """What a signature, a vCard, a LinkedIn address or a line says about somebody, to look over; nothing is kept."""
    found = text_parser.parse(wish.text, firm_settings.country(session))
    said = found.draft
    typed = duplicates.Typed(
        said.get("name", ""),
        said.get("emails", ()),
        said.get("phones", ()),
        said.get("organisation"),
        said.get("linkedin_url"),
    )
    candidates = [twin.candidate for twin in duplicates.find_duplicates(session, me, typed)]
    return CapturedAnswer(sort=found.sort, draft=said, pieces=found.pieces, candidates=candidates)
