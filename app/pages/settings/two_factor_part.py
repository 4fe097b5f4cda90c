"""Two-factor sign-in: the QR code for the authenticator, its first code, and recovery codes for paper."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import segno
from nicegui import ui
from sqlmodel import Session

from app import proofs
from app.models import User
from app.pages.core.dependencies import Dependencies
from app.pages.core.tap import before, session_id, tap
from app.pages.settings.confirmation import Confirmation
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.services.accounts import two_factor
from app.services.accounts.two_factor import Enrolment, TwoFactorStatus

Refresh = Callable[[], Awaitable[None]]


def draw_two_factor(
    status: TwoFactorStatus, refresh: Refresh, dependencies: Dependencies, confirmation: Confirmation
) -> None:
    """The state and what can be done about it; it is set up in a sheet."""
    basic.heading("Two-factor authentication")
    with ui.element("div").classes("pd-card pd-stack"):
        setup = TwoFactorSetup(refresh, dependencies)
        if not status.on:
            basic.text("After your password the app asks for six digits that only your phone knows.", "pd-muted")
            basic.button("Set it up", partial(confirmation.then, setup.begin), "soft", "shield")
            return
        left = "1 code" if status.paper_left == 1 else f"{status.paper_left} codes"
        basic.text(f"On. {left} on paper left.", "pd-strong")
        with basic.expansion("New codes, or turn it off"):
            typed: dict[str, str] = {}
            box = ui.input("Current password", password=True).props("outlined autocomplete=current-password")
            box.classes("pd-field").mark("second-password").bind_value_to(typed, "password", strict=False)
            with ui.element("div").classes("pd-pair"):
                basic.button("New codes", lambda: setup.renew(typed.get("password") or ""))
                basic.button("Turn off", lambda: setup.turn_off(typed.get("password") or ""), "bad")


class TwoFactorSetup:
    """The sheet: first the QR code and a field for the first code, then the recovery codes."""

    def __init__(self, refresh: Refresh, dependencies: Dependencies) -> None:
        self.dependencies = dependencies
        self.refresh = refresh
        self.sheet = Sheet("Two-factor authentication")
        # drawing Settings anew takes the sheet away, so it waits until the codes were seen
        self.sheet.dialog.on("hide", refresh, [])
        # asked here: the verbs run in a thread, which knows no page
        self.here = session_id()
        self.typed: dict[str, str] = {}

    async def begin(self) -> None:
        made: list[Enrolment] = []

        @tap
        def work(session: Session, me: User) -> None:
            made.append(two_factor.begin(session, me, self.dependencies.seal))

        if await work():
            self.show_enrolment(made[0])

    def show_enrolment(self, enrolment: Enrolment) -> None:
        with self.sheet.fresh(), ui.element("div").classes("pd-stack"):
            basic.line("Scan this with your authenticator", "h2", "pd-h1")
            picture = ui.element("img").classes("pd-qr").props('alt="The code for your authenticator"')
            picture.props["src"] = segno.make(enrolment.uri, error="m").svg_data_uri(scale=5, border=3, light="#fff")
            basic.text("No camera? Type this into it:", "pd-muted pd-small")
            basic.text(enrolment.secret, "pd-secret").mark("secret")
            box = ui.input("The six digits it shows").props(
                "outlined inputmode=numeric autocomplete=one-time-code maxlength=10"
            )
            box.classes("pd-field").mark("first-code").bind_value_to(self.typed, "code", strict=False)
            box.on("keydown.enter", self.confirm, [])
            basic.button("Turn it on", self.confirm, "main", "check").classes("full-width")
        self.sheet.open()

    async def confirm(self) -> None:
        code = self.typed.get("code") or ""

        unseal = self.dependencies.unseal
        if paper := await before(lambda user_id: proofs.first_code(user_id, code, unseal, but=self.here)):
            self.show_recovery_codes(paper)

    async def renew(self, password: str) -> None:
        paper: list[str] = []
        proof = await before(lambda user_id: proofs.own_password(user_id, password))
        if proof is None:
            return

        @tap
        def work(session: Session, me: User) -> str:
            paper.extend(two_factor.renew_paper(session, me, proof))
            return "The old codes do not work any more"

        if await work():
            self.show_recovery_codes(paper)

    async def turn_off(self, password: str) -> None:
        proof = await before(lambda user_id: proofs.own_password(user_id, password))
        if proof is None:
            return

        @tap
        def work(session: Session, me: User) -> str:
            two_factor.turn_off(session, me, proof)
            return "Two-factor authentication is off"

        if await work():
            await self.refresh()

    def show_recovery_codes(self, paper: list[str]) -> None:
        with self.sheet.fresh(), ui.element("div").classes("pd-stack"):
            basic.line("Keep these codes apart from your phone", "h2", "pd-h1")
            basic.text("Each lets you in once when the phone is gone. They are shown only now.", "pd-muted")
            with ui.element("ul").classes("pd-recovery").mark("paper"):
                for code in paper:
                    with ui.element("li"):
                        basic.text(code, "pd-secret")
            download: Any = basic.button("Save as a file", None, "soft", "download").classes("full-width")
            download.on("click", lambda: ui.download("\n".join(paper).encode(), "pipedriven-codes.txt"), [])
            basic.button("Done", self.sheet.close, "main").classes("full-width")
        self.sheet.open()
