"""The routes of all plain pages as one router."""

from fastapi import APIRouter

from app.services.accounts.passkey_ceremony import Site
from app.settings import Settings
from app.vault import Vault
from app.web.auth.session_cookie import Cookie
from app.web.auth.sign_in_flow import SignInFlow
from app.web.html.forms import Ways
from app.web.public import (
    calendar_routes,
    email_action_pages,
    login_pages,
    onboarding_pages,
    passkey_routes,
    password_reset_page,
    pipedrive_webhook,
    second_step_page,
    shared_report,
)
from app.web.public.onboarding_pages import OnSetUp


def router(settings: Settings, vault: Vault, cookie: Cookie, sign_in_flow: SignInFlow, on_set_up: OnSetUp) -> APIRouter:
    """`on_set_up(user_id, sample)` is called in a thread, after the first account was committed."""
    whole = APIRouter()
    ways = Ways(provider=bool(settings.oidc_issuer), passkeys=Site.at(settings.address).why_not is None)
    whole.include_router(login_pages.routes(sign_in_flow, ways))
    whole.include_router(second_step_page.routes(settings, vault, sign_in_flow.identities))
    whole.include_router(passkey_routes.routes(settings, vault, sign_in_flow))
    if settings.oidc_issuer:
        from app.web.public import (
            oidc_routes,  # what speaks OpenID Connect takes long to load, and most firms have no provider
        )

        whole.include_router(oidc_routes.routes(settings, vault, sign_in_flow, ways))
    whole.include_router(password_reset_page.routes(settings))
    whole.include_router(onboarding_pages.routes(cookie, on_set_up))
    whole.include_router(calendar_routes.routes())
    whole.include_router(pipedrive_webhook.routes())
    whole.include_router(email_action_pages.routes())
    whole.include_router(shared_report.routes())
    return whole
