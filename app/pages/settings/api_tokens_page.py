"""My tokens for scripts: what each may do, when it ends, when it was last used; a new one is shown once."""

from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import ApiToken, TokenScope, User
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look, tap
from app.pages.settings.confirmation import Confirmation
from app.pages.settings.settings_frame import settings_frame
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.accounts import sessions
from app.services.accounts.passkey_ceremony import Site

HINT = "A script signs in with a token instead of your password."
SCOPES = {
    TokenScope.READ: "Only reads",
    TokenScope.LOG: "Reads and logs activities",
    TokenScope.ALL: "Whatever you may do",
}
LIVES = {30: "30 days", 90: "90 days", 365: "A year"}


@screen("Tokens for scripts")
async def api_tokens_page(shell: Shell) -> None:
    sheet, confirmation = Sheet("New token"), Confirmation(Site.at(shell.dependencies.address))

    @ui.refreshable
    def rows(found: list[ApiToken]) -> None:
        with ui.element("div").classes("pd-card flush"):
            for row in found:
                draw_token(row, shell.me.timezone, revoke)
            if not found:
                basic.empty("key-round", "No token yet", HINT, "New token", begin)

    async def refresh() -> None:
        rows.refresh(await look(sessions.tokens))

    async def revoke(token_id: UUID) -> None:
        if await revoke_token(token_id):
            await refresh()

    async def begin() -> None:
        await confirmation.then(draw_new)

    async def draw_new() -> None:
        draw_new_token(sheet, refresh)

    with settings_frame(shell, "/settings/tokens"):
        with ui.element("div").classes("pd-title"):
            basic.title("Tokens for scripts")
            basic.button("New", begin, "main", "plus").props["aria-label"] = "New token"
        basic.text(HINT, "pd-muted").style("margin: 0 2px 12px")
        rows(await look(sessions.tokens))


@tap
def revoke_token(session: Session, me: User, token_id: UUID) -> str:
    sessions.revoke_token(session, me, token_id)
    return "The token does not work any more"


def draw_token(row: ApiToken, zone: str, revoke: Any) -> None:
    used = f"last used {theme.mid_sentence(theme.day_word(row.used_at, zone))}" if row.used_at else "not used yet"
    with ui.element("div").classes("pd-row").mark("token"), ui.element("div").classes("pd-row-main"):
        with ui.element("span").classes("pd-row-text"):
            basic.text(row.name, "pd-row-name")
            basic.text(f"{SCOPES[row.scope]}, …{row.last4}", "pd-row-sub")
            basic.text(f"Ends {theme.mid_sentence(theme.day_word(row.expires_at, zone))}, {used}", "pd-row-sub")
        basic.icon_button("trash-2", f"End the token {row.name}", partial(revoke, row.id))


def draw_new_token(sheet: Sheet, refresh: Any) -> None:
    """The sheet: a name, what it may do and how long, and then the token itself."""
    typed: dict[str, Any] = {"name": "", "scope": TokenScope.READ, "days": 90}

    async def save() -> None:
        made: list[str] = []

        @tap
        def issue(session: Session, me: User) -> str:
            made.append(sessions.issue_token(session, me, typed["name"] or "", typed["days"], typed["scope"])[1])
            return "Token made"

        if await issue():
            draw_made(sheet, made[0])
            await refresh()

    with sheet.fresh("new"), ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", save):
        basic.line("New token", "h2", "pd-h1")
        name = ui.input("What it is for").props("outlined autocomplete=off maxlength=80").classes("pd-field")
        name.bind_value_to(typed, "name", strict=False)
        choose("What it may do", SCOPES, typed, "scope")
        choose("How long it works", LIVES, typed, "days")
        with ui.element("div").classes("pd-foot"):
            basic.button("Make the token", None, "main").props("type=submit").classes("full-width")
    sheet.open()


def choose(label: str, options: dict[Any, str], typed: dict[str, Any], key: str) -> None:
    box = ui.select(options, value=typed[key], label=label).props("outlined behavior=menu").classes("pd-field")
    box.props["dropdown-icon"] = theme.icon("chevron-down")
    box.bind_value_to(typed, key, strict=False)


def draw_made(sheet: Sheet, token: str) -> None:
    with sheet.fresh(), ui.element("div").classes("pd-stack"):
        basic.line("Your new token", "h2", "pd-h1")
        basic.text("It is shown only now. Keep it like a password.", "pd-muted")
        box = ui.input("Token", value=token).props("outlined readonly").classes("pd-field")
        box.on("focus", js_handler="(event) => event.target.select()")
        copy = basic.button("Copy", None, "main", "copy").classes("full-width")
        copy.on(
            "click",
            js_handler="() => navigator.clipboard.writeText(document.querySelector('.pd-sheet input[readonly]').value)",
        )
