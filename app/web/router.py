"""The plain pages and sign-in routes as one router, for the application inside the wall."""

from fastapi import APIRouter

from app.settings import Settings
from app.web import arrival, entry
from app.web.arrival import OnSetUp
from app.web.cookies import Cookie


def router(settings: Settings, on_set_up: OnSetUp) -> APIRouter:
    """`on_set_up(user_id, sample)` is called in a thread, after the first account was committed."""
    cookie = Cookie(settings)
    whole = APIRouter()
    whole.include_router(entry.routes(cookie))
    whole.include_router(arrival.routes(cookie, on_set_up))
    return whole
