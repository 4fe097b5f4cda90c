"""What screens need from outside of pages and services; the composition root makes it, the shell hands it to the screens."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.services.accounts.pipedrive_keys import Check, LetGo
from app.services.pipedrive.manual_push import LookUp


@dataclass(frozen=True)
class Dependencies:
    """`address` is this server's own, without a slash at its end, for links that people send each other.

    `seal` encrypts a secret of the person with that id, `unseal` decrypts it. `check_key` asks Pipedrive whose key it
    is, `look_up` what is known there of a contact, `let_go` ends what Pipedrive keeps for a key that is forgotten; none
    of them may be called inside a transaction.
    """

    address: str
    check_key: Check
    seal: Callable[[UUID, str], str]
    unseal: Callable[[UUID, str], str]
    look_up: LookUp
    let_go: LetGo
