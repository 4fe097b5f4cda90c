"""What all screens share: a title, and a refusal drawn as a sentence instead of a crash."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec

from nicegui import ui

from app.errors import Refusal, SignedOut
from app.pages.ui import basic

P = ParamSpec("P")


def screen(title: str) -> Callable[[Callable[P, Awaitable[None]]], Callable[P, Awaitable[None]]]:
    """Name a screen, and show a refusal where its content would be."""

    def dress(build: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
        @wraps(build)
        async def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
            basic.name_screen(title)
            try:
                await build(*args, **kwargs)
            except SignedOut:
                ui.navigate.to("/login")
            except Refusal as refusal:
                basic.entitle("Not found", title)
                basic.empty(
                    "circle-help",
                    str(refusal),
                    "It may have been moved, or it never was yours to see.",
                    "Back to Today",
                    lambda: ui.navigate.to("/"),
                )

        return drawn

    return dress
