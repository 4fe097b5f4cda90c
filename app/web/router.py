"""The plain pages as one router, for the application inside the wall."""

from fastapi import APIRouter

from app.settings import Settings
from app.vault import Vault
from app.web import arrival, calendars, entry, forgot, hooks, replying, shared
from app.web.arrival import OnSetUp
from app.web.cookies import Cookie
from app.web.turnstile import Turnstile


def router(settings: Settings, vault: Vault, cookie: Cookie, turnstile: Turnstile, on_set_up: OnSetUp) -> APIRouter:
    """`on_set_up(user_id, sample)` is called in a thread, after the first account was committed."""
    whole = APIRouter()
    whole.include_router(entry.routes(turnstile, provider=bool(settings.oidc_issuer)))
    if settings.oidc_issuer:
        from app.web import vouched  # what speaks OpenID Connect takes long to load, and most firms have no provider

        whole.include_router(vouched.routes(settings, vault, turnstile))
    whole.include_router(forgot.routes(settings))
    whole.include_router(arrival.routes(cookie, on_set_up))
    whole.include_router(calendars.routes())
    whole.include_router(hooks.routes())
    whole.include_router(replying.routes())
    whole.include_router(shared.routes())
    return whole
