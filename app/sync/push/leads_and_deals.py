"""What a booked meeting earns in Pipedrive where the firm wants that: one lead or one deal a contact, never two."""

from datetime import datetime

from app.models import EntityType
from app.sync.api import reference_marks
from app.sync.links import fingerprints
from app.sync.links.link_store import Number, Slot
from app.sync.links.remote_ids import nowhere
from app.sync.push.find_or_create import Step, ensure
from app.sync.push.push_context import Push, Record

KINDS = {"lead": EntityType.LEAD, "deal": EntityType.DEAL}


def ensured(push: Push, org_id: int | None, person_id: int, parents: tuple[Record, ...]) -> None:
    """Make sure that the contact has its lead or deal, if the firm chose one; what a person deleted stays deleted."""
    kind = KINDS.get(push.line.choices.on_meeting)
    if kind is None:
        return
    contact, choices = push.contact, push.line.choices
    firm = f", {push.firm.name}" if push.firm else ""
    title = f"{contact.name}{firm}"

    def trace(_since: datetime, _sent: str) -> Number | None:
        if kind is EntityType.LEAD:
            leads = push.line.pipedrive.leads_of(person_id)
            return next((one.id for one in leads if one.origin == reference_marks.mark(contact.id)), None)
        deals = push.line.pipedrive.deals_of(person_id)
        return next((one.id for one in deals if reference_marks.reference(contact.id) in one.title), None)

    def create() -> tuple[Number, None]:
        if kind is EntityType.LEAD:
            lead = push.line.pipedrive.add_lead(
                title=title, person_id=person_id, org_id=org_id, owner_id=choices.owner_id,
                visible_to=choices.visible_to, origin=reference_marks.mark(contact.id),
            )  # fmt: skip
            return lead.id, None
        deal = push.line.pipedrive.add_deal(
            title=f"{title} ({reference_marks.reference(contact.id)})", person_id=person_id, org_id=org_id,
            owner_id=choices.owner_id, visible_to=choices.visible_to,
        )  # fmt: skip
        return deal.id, None

    ensure(
        push,
        Step(
            slot=Slot(push.line.account, kind, (str(contact.id),)),
            name=title,
            digest=fingerprints.digest(title, person_id),
            match=lambda *_: [],
            trace=trace,
            create=create,
            store=nowhere,
            parents=parents,
        ),
    )
