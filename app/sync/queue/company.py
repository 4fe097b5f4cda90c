"""Which Pipedrive we speak to: the firm's own, or the practice company on this machine."""

import json
import logging
import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from app.errors import Conflict, Invalid
from app.models import EntityType, User
from app.practice.company import Company
from app.practice.transport import PracticeTransport
from app.services.accounts.pipedrive_keys import KeyOwner
from app.settings import Settings
from app.sync.api.burst_limiter import Gate
from app.sync.api.errors import KeyRefused, KeyUnknown, PipedriveError, to_whoever_asked
from app.sync.api.pipedrive import Pipedrive, address, http_client
from app.sync.queue.leases import Lease
from app.sync.queue.timings import Pace
from app.vault import Vault

ANY_COMPANY = "api"
UNKNOWN = "Pipedrive does not accept this key. Copy it from Pipedrive: Personal preferences, API."

log = logging.getLogger(__name__)


class Practice:
    """The practice company, kept in one file; everybody of the firm has a key there."""

    def __init__(self, file: Path) -> None:
        self.company = Company()
        self._file = file
        self._lock = threading.Lock()
        self._load()

    def key_of(self, who: User) -> str:
        key = f"practice-{who.id.hex}"
        with self._lock:
            if key not in self.company.people.by_key:
                self.company.add_user(key, who.name, who.email, admin=who.is_golden)
        return key

    def http_for(self, _who: User) -> httpx.Client:
        return http_client(address(self.company.domain), PracticeTransport(self.company, self._save))

    def forget(self, records: Iterable[tuple[str, int]]) -> None:
        """Delete records by kind and number for good, also from the file, and a file that could not be read."""
        for kind, number in records:
            self.company.forget(kind, number)
        self._save({})
        self._file.with_suffix(".unreadable").unlink(missing_ok=True)

    def _load(self) -> None:
        if not self._file.exists():
            return
        try:
            self.company.load(json.loads(self._file.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError):
            log.warning("the practice company could not be read; a new one begins, the old file is kept beside it")
            self._file.replace(self._file.with_suffix(".unreadable"))
            self.company = Company()

    def _save(self, _snapshot: dict[str, Any]) -> None:
        """Keep the newest state, not the snapshot given: two lanes may save in the other order."""
        with self._lock:
            partial = self._file.with_suffix(".partial")
            partial.unlink(missing_ok=True)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(self.company.dump(), file)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._file)


@dataclass(frozen=True)
class SyncContext:
    """What every part of the sync is given: how to reach each person's Pipedrive, how to open their key, how long to wait."""

    http_for: Callable[[User], httpx.Client]
    open_key: Callable[[User], str]
    pace: Pace = field(default_factory=Pace)
    practice: Practice | None = None
    beat: Callable[[], None] = lambda: None
    stopping: threading.Event = field(default_factory=threading.Event)
    leases: dict[UUID, Lease] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    address: str = ""
    looked_back: dict[tuple[str, EntityType, datetime], list[Any]] = field(default_factory=dict)
    people: dict[tuple[str, int], tuple[float, list[Any]]] = field(default_factory=dict)
    gates: defaultdict[UUID, Gate] = field(default_factory=lambda: defaultdict(Gate))
    picked: Counter[UUID] = field(default_factory=Counter)

    def line_for(self, who: User, *, practice: bool) -> tuple[httpx.Client, str]:
        """A client and a key; raises ValueError or Sealed with a sentence where there is none."""
        if practice and self.practice:
            return self.practice.http_for(who), self.practice.key_of(who)
        key = self.open_key(who)
        return self.http_for(who), key


def build_context(settings: Settings, vault: Vault, practice: Practice | None, pace: Pace | None = None) -> SyncContext:
    """The context of this installation."""

    def http_for(who: User) -> httpx.Client:
        return http_client(_address(settings, who.pipedrive_company or settings.pipedrive_domain or ""))

    def open_key(who: User) -> str:
        return vault.open(who.id, who.pipedrive_key or "")

    return SyncContext(http_for, open_key, pace or Pace(), practice, address=settings.address)


def check_key(settings: Settings, api_key: str) -> KeyOwner:
    """Ask Pipedrive whose key this is.

    Raises Invalid when it is refused or belongs to another company than ours,
    Conflict when Pipedrive cannot be asked now.
    """
    try:
        with http_client(_address(settings, settings.pipedrive_domain or ANY_COMPANY)) as http:
            me = Pipedrive(http, api_key.strip()).me()
    except KeyUnknown:
        raise _refused(UNKNOWN) from None
    except KeyRefused as no:
        raise _refused(to_whoever_asked(no)) from None
    except (PipedriveError, ValueError) as trouble:
        raise Conflict(f"We could not ask Pipedrive about this key. {to_whoever_asked(trouble)}") from None
    ours = settings.pipedrive_domain
    if ours and me.company_domain != ours:
        raise _refused(f"This key belongs to {me.company_domain}.pipedrive.com, but we work with {ours}.pipedrive.com.")
    return KeyOwner(me.company_domain, me.user_id, me.name)


def _address(settings: Settings, domain: str) -> str:
    return address(domain, settings.pipedrive_base_url)


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, {"api_key": sentence})
