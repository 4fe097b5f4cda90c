"""What `reconcile` has to know of one kind of record; each kind is a small adapter."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from sqlmodel import Session

from app.models import PipedriveLink, User
from app.sync.api.records import Activity, Organization, Person
from app.sync.links.agreed import Agreed, Snapshot
from app.sync.links.link_store import Number, Slot
from app.sync.links.three_way_merge import Verdict, merge_fields
from app.sync.push.candidates import Candidate
from app.sync.push.push_context import Record

There = TypeVar("There", Person, Activity, Organization)


@dataclass(frozen=True)
class Match:
    """Records that were there before us: `sure` are this one; of `unsure` its owner is asked, with the sentence `why`."""

    sure: Sequence[Candidate] = ()
    unsure: Sequence[Candidate] = ()
    why: str = ""


@dataclass(frozen=True)
class Lost:
    """A record that an earlier create of ours may have left; `proven` when it carries our mark and was made since.

    `agreed` is what both sides said at that moment, where it stands there exactly as it was sent.
    """

    number: Number
    proven: bool
    name: str = ""
    agreed: Agreed | None = None


class RemoteRecord(ABC):
    """One row of ours that has to exist once in Pipedrive: how it is recognised, found after a lost answer, and created.

    `digest` is the fingerprint of what a create sends. `parents` are the records
    that have to exist before it can. `made_at` is when our own row came into being.
    """

    slot: Slot
    name: str
    digest: str
    parents: tuple[Record, ...] = ()
    made_at: datetime | None = None

    def match(self, aliases: Sequence[PipedriveLink], *, was_there: bool) -> Match:
        """Records that may be this one: `aliases` are the links that other keys of the slot have."""
        del aliases, was_there
        return Match()

    @abstractmethod
    def find_lost(self, since: datetime, sent: str) -> Lost | None:
        """Look through what was written `since` for what an earlier create, with the digest `sent`, may have left."""

    @abstractmethod
    def create(self) -> tuple[Number, Agreed | None]:
        """Send it; returns its number and what both sides say from now on."""

    @abstractmethod
    def store(self, session: Session, number: Number) -> bool:
        """Write the number on our own row; says whether it was news."""

    def agreed_at_link(self, found: Candidate) -> Agreed | None:
        """What both sides agree on when a record that was there is linked; None: it is read and merged first."""
        del found
        return None


@dataclass(frozen=True)
class Merge:
    """The three-way merge of one record: base (None at the first meeting), ours, theirs, and a verdict for each field."""

    base: Agreed | None
    ours: Snapshot
    theirs: Snapshot
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @property
    def sends(self) -> set[str]:
        return {field for field, verdict in self.verdicts.items() if verdict.sends}


class UpdatableRecord(RemoteRecord, Generic[There]):
    """A record that is also kept up to date, field by field."""

    fields: ClassVar[tuple[str, ...]]

    def in_doubt(self, link: PipedriveLink) -> bool:
        """Whether to look although we know of no difference."""
        del link
        return False

    @abstractmethod
    def get(self, number: int) -> There:
        """Read it. Raises Gone."""

    @abstractmethod
    def gone(self) -> Exception:
        """What ends this try when somebody deleted it there."""

    @abstractmethod
    def ours(self) -> Snapshot: ...

    @abstractmethod
    def theirs(self, there: There) -> Snapshot: ...

    @abstractmethod
    def first_base(self, link: PipedriveLink, ours: Snapshot, theirs: Snapshot) -> Agreed | None:
        """The base where none is stored: what the fingerprint on the link still tells, or None for a first meeting."""

    def decide(self, link: PipedriveLink, base: Agreed | None, ours: Snapshot, there: There) -> dict[str, Verdict]:
        """What has to happen to each field."""
        del link
        return merge_fields(self.fields, base, ours, self.theirs(there))

    @abstractmethod
    def news(self, link: PipedriveLink, merge: Merge, there: There) -> Any:
        """The fields of the update; empty where there is nothing to send."""

    @abstractmethod
    def expected(self, merge: Merge, news: Any) -> Snapshot:
        """What stands there, field by field, once `news` arrived."""

    @abstractmethod
    def send(self, link: PipedriveLink, news: Any, there: There) -> There:
        """Update it; returns it as it stands there now, `there` itself where nothing was written. Raises Gone."""

    def ask_more(self, merge: Merge, there: There) -> None:
        """Ask Pipedrive for what `settle` needs besides; no transaction is open yet."""
        del merge, there

    @abstractmethod
    def settle(self, session: Session, owner: User, link: PipedriveLink, merge: Merge, after: Snapshot) -> None:
        """Take over what only they changed, ask about conflicts, and store the outcome on the link.

        `after` is what stands there after the update. Raises Stale when our row changed meanwhile.
        """
