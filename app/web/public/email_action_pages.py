"""Answering from the morning mail, without signing in: a page that asks, and a button that does it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app import db
from app.services.notifications import email_actions
from app.web.html import page
from app.web.http.error_responses import answers_refusals

T = TypeVar("T")


def routes() -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    pages.get("/reply/{token}")(_ask)
    pages.post("/reply/{token}")(_do)
    return pages


@answers_refusals
async def _ask(request: Request, token: str) -> Response:  # noqa: ARG001 - a polite route is given it
    words = await _in(lambda session: email_actions.find(session, token).words)
    return page.page("mail_answer.html", title="One answer", sentence=words, token=token)


@answers_refusals
async def _do(request: Request, token: str) -> Response:  # noqa: ARG001 - the same
    done = await _in(lambda session: email_actions.carry_out(session, token))
    return page.page("mail_answer.html", title="Done", sentence=done, token="")


async def _in(work: Callable[[Session], T]) -> T:
    def turn() -> T:
        with db.transaction() as session:
            return work(session)

    return await asyncio.to_thread(turn)
