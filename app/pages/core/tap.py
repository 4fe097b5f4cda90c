"""What happens between a finger and the database.

A tap is one transaction by one person. The handler runs in a thread, says what
to do and returns the sentence to show; the sentence appears only after the
commit. A refusal is shown as its own sentence. A bug is logged, and the person
is told the truth: nothing was saved.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from nicegui import Client, ui
from pydantic import ValidationError
from sqlmodel import Session

from app import db, validation_messages
from app.errors import Forbidden, Invalid, NotFound, Refusal
from app.models import User
from app.pages.core import once, refused_access
from app.pages.ui import form, toast
from app.services.accounts import users
from app.services.push_queue import push_jobs, queued_now

P = ParamSpec("P")
T = TypeVar("T")

BROKEN = "Something broke on our side. Nothing was saved."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Confirmation:
    """The message after a tap; `undo` reverts what it did, `link` and `then` are a label and where or how to go on.

    `shown` shows it where the tap was, in place of the toast.
    """

    sentence: str
    undo: Callable[[Session, User], str] | None = None
    link: tuple[str, str] | None = None
    then: tuple[str, Callable[[], None]] | None = None
    shown: Callable[["Confirmation"], None] | None = None


Answer = str | Confirmation | None


def tap(handler: Callable[Concatenate[Session, User, P], Answer]) -> Callable[P, Awaitable[bool]]:
    """Make an event handler of `handler`: one transaction, then its sentence as a toast. Returns whether it was committed."""

    def work(user_id: UUID | None, *args: P.args, **kwargs: P.kwargs) -> Answer:
        with db.transaction() as session:
            me = users.acting(session, user_id)
            return naming_pushes(session, me, handler(session, me, *args, **kwargs))

    @wraps(handler)
    async def on_tap(*args: P.args, **kwargs: P.kwargs) -> bool:
        # the page, not the button: news of what the tap did may redraw the button before its sentence is here
        page, user_id = ui.context.client, signed_in_id()
        async with once.turn(page) as is_first:
            if not is_first:
                return False
            try:
                answer = await asyncio.to_thread(work, user_id, *args, **kwargs)
            except Refusal as refusal:
                toast.show(page, str(refusal), "no")
                if isinstance(refusal, Invalid):
                    form.point_at(page, refusal.fields)
                if isinstance(refusal, NotFound | Forbidden):
                    refused_access.note(user_id, (*args, *kwargs.values()))
            except ValidationError as wrong:
                toast.show(page, first_objection(wrong), "no")
                form.point_at(page, validation_messages.of(wrong.errors()))
            except Exception:
                log.exception("a tap on %s broke", handler.__qualname__)
                toast.show(page, BROKEN, "broken")
            else:
                _show(page, answer)
                return True
        return False

    # NiceGUI reads the signature to decide whether to pass its event: it must see what the tap takes, not what the verb does
    shown = inspect.signature(handler)
    vars(on_tap).update(__signature__=shown.replace(parameters=list(shown.parameters.values())[2:]))
    return on_tap


def naming_pushes(session: Session, me: User, answer: Answer) -> Answer:
    """Say what goes to Pipedrive by this tap, unless the sentence does; Undo keeps it here as long as nobody has sent it."""
    queued = queued_now.pushes(session)
    told = Confirmation(answer) if isinstance(answer, str) else answer
    if not (queued and told and told.sentence) or "Pipedrive" in told.sentence:
        return answer
    names = queued_now.names(session, me)
    if not names or not push_jobs.has_connection(session, me):
        return answer
    undo = told.undo

    def back(session: Session, who: User) -> str:
        # first, as undoing the deed would hand over its end
        kept = queued_now.withdraw(session, who, queued)
        if undo:
            return undo(session, who)
        return "Not pushed to Pipedrive" if kept else "It is on its way to Pipedrive already"

    who = f"{names[0]} goes" if len(names) == 1 else f"{len(names):,} contacts go"
    return replace(told, sentence=f"{told.sentence.rstrip('.')}. {who} to Pipedrive", undo=back)


async def before(work: Callable[[UUID | None], T]) -> T | None:
    """What comes before a tap's transaction and holds none itself, such as proving a password; None when it was refused."""
    page = ui.context.client
    try:
        return await asyncio.to_thread(work, signed_in_id())
    except Refusal as refusal:
        toast.show(page, str(refusal), "no")
    except Exception:
        log.exception("what comes before a tap broke")
        toast.show(page, BROKEN, "broken")
    return None


async def look(question: Callable[[Session, User], T], *, noted: bool = False) -> T:
    """Ask the database one consistent question as the person in front of the screen, off the event loop.

    A question that writes a line into the audit log is `noted`.
    """

    def work(user_id: UUID | None) -> T:
        with db.transaction() if noted else db.reading() as session:
            return question(session, users.acting(session, user_id))

    return await asyncio.to_thread(work, signed_in_id())


def signed_in_id() -> UUID | None:
    """The person whose page this is; the access control wrote it on the request that got the page."""
    user_id: UUID | None = getattr(ui.context.client.request.state, "user_id", None)
    return user_id


def session_id() -> UUID | None:
    """The sign-in that got this page; to be asked on the event loop, as a tap's thread knows no page."""
    found: UUID | None = getattr(ui.context.client.request.state, "session_id", None)
    return found


def first_objection(wrong: ValidationError) -> str:
    """The first rule that was broken, as a sentence."""
    first = wrong.errors(include_input=False, include_url=False)[0]
    field = " ".join(str(part) for part in first["loc"] if isinstance(part, str)).replace("_", " ")
    rule = first["msg"].removeprefix("Value error, ")
    return f"{field.capitalize()}: {rule}." if field else f"{rule[:1].upper()}{rule[1:]}."


def _show(page: Client, answer: Answer) -> None:
    if isinstance(answer, str):
        answer = Confirmation(answer)
    if answer and answer.shown:
        answer.shown(answer)
    elif answer and answer.sentence:
        undo = tap(answer.undo) if answer.undo else None
        toast.show(page, answer.sentence, "yes", undo=undo, link=answer.link, then=answer.then)
