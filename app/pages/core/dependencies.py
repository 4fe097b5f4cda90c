"""What screens need from beyond their own door; the composition root fills it in."""

from collections.abc import Callable
from uuid import UUID

from nicegui import ui

from app.services.accounts.pipedrive_keys import KeyOwner, LetGo
from app.services.pipedrive.manual_push import LookUp

check_key: Callable[[str], KeyOwner]
seal: Callable[[UUID, str], str]
unseal: Callable[[UUID, str], str]
address: str
look_up: LookUp | None = None
let_go: LetGo | None = None


def session_id() -> UUID | None:
    """The sign-in that got this page."""
    found: UUID | None = getattr(ui.context.client.request.state, "session_id", None)
    return found
