"""The lead or deal that a booked meeting earns in Pipedrive where the firm wants that: one a contact, never two."""

from datetime import datetime

from sqlmodel import Session

from app.models import EntityType
from app.sync.api import reference_marks
from app.sync.links import fingerprints
from app.sync.links.link_store import Number, Slot
from app.sync.push.push_context import Push, Record
from app.sync.push.reconcile import ensure_linked
from app.sync.push.remote_record import Lost, RemoteRecord

KINDS = {"lead": EntityType.LEAD, "deal": EntityType.DEAL}


def ensure_lead_or_deal(push: Push, org_id: int | None, person_id: int, parents: tuple[Record, ...]) -> None:
    """Create the contact's lead or deal if the firm chose one; what a person deleted stays deleted."""
    kind = KINDS.get(push.line.choices.on_meeting)
    if kind is EntityType.LEAD:
        ensure_linked(push, LeadRecord(push, org_id, person_id, parents))
    elif kind is EntityType.DEAL:
        ensure_linked(push, DealRecord(push, org_id, person_id, parents))


class _Opportunity(RemoteRecord):
    """What leads and deals share; no row of ours holds their number."""

    kind: EntityType

    def __init__(self, push: Push, org_id: int | None, person_id: int, parents: tuple[Record, ...]) -> None:
        contact, firm = push.contact, f", {push.firm.name}" if push.firm else ""
        self._push, self._org_id, self._person_id = push, org_id, person_id
        self.slot = Slot(push.line.account, self.kind, (str(contact.id),))
        self.name = f"{contact.name}{firm}"
        self.digest = fingerprints.digest(self.name, person_id)
        self.parents, self.made_at = parents, contact.created_at

    def store(self, session: Session, number: Number) -> bool:
        del session, number
        return False


class LeadRecord(_Opportunity):
    """A lead; known again by our mark in its origin."""

    kind = EntityType.LEAD

    def find_lost(self, since: datetime, sent: str) -> Lost | None:
        del since, sent
        mark = reference_marks.mark(self._push.contact.id)
        leads = self._push.line.pipedrive.leads_of(self._person_id)
        return next((Lost(one.id, proven=True) for one in leads if one.origin == mark), None)

    def create(self) -> tuple[str, None]:
        choices = self._push.line.choices
        lead = self._push.line.pipedrive.add_lead(
            title=self.name,
            person_id=self._person_id,
            org_id=self._org_id,
            owner_id=choices.owner_id,
            visible_to=choices.visible_to,
            origin=reference_marks.mark(self._push.contact.id),
        )
        return lead.id, None


class DealRecord(_Opportunity):
    """A deal; known again by our reference in its title."""

    kind = EntityType.DEAL

    def find_lost(self, since: datetime, sent: str) -> Lost | None:
        del since, sent
        reference = reference_marks.reference(self._push.contact.id)
        deals = self._push.line.pipedrive.deals_of(self._person_id)
        return next((Lost(one.id, proven=True) for one in deals if reference in one.title), None)

    def create(self) -> tuple[int, None]:
        choices = self._push.line.choices
        deal = self._push.line.pipedrive.add_deal(
            title=f"{self.name} ({reference_marks.reference(self._push.contact.id)})",
            person_id=self._person_id,
            org_id=self._org_id,
            owner_id=choices.owner_id,
            visible_to=choices.visible_to,
        )
        return deal.id, None
