"""/api/sign-in-rules: from which day on the firm asks for a second step at sign-in, by role; for a golden ticket."""

from datetime import date
from typing import Annotated

from fastapi import Body

from app.api.core import examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.partial_update import Changes
from app.api.core.routing import Router
from app.api.core.schemas import Answer
from app.models import Role
from app.services.accounts import second_step_rule

router = Router(prefix="/sign-in-rules", tags=["users"])


class Rules(Answer):
    """By role; null for never."""

    second_step_from: dict[Role, date | None]


class NewRules(Changes):
    second_step_from: dict[Role, date | None]


@router.get("")
def rules(session: Reading, me: Viewer) -> Rules:
    return Rules(second_step_from=second_step_rule.chosen(session, me))


@router.put("")
def change(
    session: Transaction,
    me: Caller,
    wish: Annotated[
        NewRules, Body(openapi_examples=examples.shown({"second_step_from": {"GOLDEN_TICKET": "2026-12-01"}}))
    ],
) -> Rules:
    """Ask a role from that day on, or with null no more; a role that is left out stays."""
    second_step_rule.choose(session, me, wish.second_step_from)
    return Rules(second_step_from=second_step_rule.chosen(session, me))
