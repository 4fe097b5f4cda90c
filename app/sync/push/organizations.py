"""A firm as Pipedrive's organization: found or created, never updated from here."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app.models import EntityType, Organisation
from app.sync.api import reference_marks
from app.sync.api.errors import Rejected
from app.sync.links import fingerprints
from app.sync.links.link_store import Number, Slot
from app.sync.links.remote_ids import on_contact
from app.sync.links.three_way_merge import Agreed
from app.sync.push import lost_answers, matching
from app.sync.push.candidates import Candidate
from app.sync.push.push_context import Push
from app.sync.push.remote_record import RemoteRecord
from app.sync.queue.outcome_errors import Again


class OrganizationRecord(RemoteRecord):
    """The firm of the contact that is pushed."""

    def __init__(self, push: Push, firm: Organisation) -> None:
        self._push, self._firm = push, firm
        self._mark = reference_marks.mark(push.line.account, EntityType.ORGANIZATION, firm.key)
        self.slot = Slot(push.line.account, EntityType.ORGANIZATION, (firm.key,))
        self.name = firm.name
        self.digest = fingerprints.digest(fingerprints.folded(firm.name))

    def match(self, aliases: frozenset[int], *, was_there: bool) -> Sequence[Candidate]:
        del aliases
        return matching.organizations(self._push, self._firm, self._mark, lost=was_there)

    def find_lost(self, since: datetime, sent: str) -> int | None:
        del sent
        return lost_answers.organization(self._push, self.slot, since, self._mark)

    def create(self) -> tuple[int, Agreed]:
        choices = self._push.line.choices
        code = choices.mark_field(EntityType.ORGANIZATION)
        try:
            there = self._push.line.pipedrive.add_organization(
                name=self.name,
                owner_id=choices.owner_id,
                visible_to=choices.visible_to,
                custom={code: self._mark} if code else None,
            )
        except Rejected as no:
            if choices.without_mark(EntityType.ORGANIZATION, no.sentence):
                raise Again from None
            raise
        return there.id, Agreed({"name": self.name}, {"name": there.name})

    def store(self, session: Session, number: Number) -> bool:
        return on_contact(self._push.contact.id, "pipedrive_org_id")(session, number)
