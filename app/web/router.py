"""The plain pages as one router, for the application inside the wall."""

from fastapi import APIRouter

from app.web import arrival, calendars, entry, hooks, replying, shared
from app.web.arrival import OnSetUp
from app.web.cookies import Cookie
from app.web.turnstile import Turnstile


def router(cookie: Cookie, turnstile: Turnstile, on_set_up: OnSetUp) -> APIRouter:
    """`on_set_up(user_id, sample)` is called in a thread, after the first account was committed."""
    whole = APIRouter()
    whole.include_router(entry.routes(turnstile))
    whole.include_router(arrival.routes(cookie, on_set_up))
    whole.include_router(calendars.routes())
    whole.include_router(hooks.routes())
    whole.include_router(replying.routes())
    whole.include_router(shared.routes())
    return whole
