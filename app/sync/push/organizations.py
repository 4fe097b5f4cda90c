"""A firm as Pipedrive's organization: found, or created, and renamed there only where nobody else's it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlmodel import Session

from app import db
from app.models import EntityType, Organisation, PipedriveLink, User, are_two_companies, organisation_key
from app.services.pipedrive import conflicts, inbound_changes
from app.sync.api import reference_marks
from app.sync.api.errors import Rejected
from app.sync.api.fields import OrganizationFields
from app.sync.api.records import Organization
from app.sync.links import fingerprints, link_store
from app.sync.links.agreed import Agreed, Snapshot
from app.sync.links.link_store import Number, Slot
from app.sync.links.remote_ids import number_of, on_contact
from app.sync.links.three_way_merge import Verdict, merge_fields, new_base
from app.sync.push import lost_answers, matching
from app.sync.push.candidates import Candidate
from app.sync.push.push_context import Push
from app.sync.push.remote_record import Lost, Match, Merge, UpdatableRecord
from app.sync.queue.outcome_errors import Again


class OrganizationRecord(UpdatableRecord[Organization]):
    """The firm of the contact that is pushed.

    Its own key is the row of the bank, so that a new name here leads nobody
    else's firm astray; the name is the key that colleagues meet at.
    """

    fields: ClassVar = ("name",)

    def __init__(self, push: Push, firm: Organisation) -> None:
        self._push, self._firm = push, firm
        self._mark = reference_marks.mark(push.line.account, EntityType.ORGANIZATION, firm.key)
        keys = (firm.link_key, organisation_key(firm.name)[:200])
        self.slot = Slot(push.line.account, EntityType.ORGANIZATION, keys)
        self.name = firm.name
        self.digest = fingerprints.digest(fingerprints.folded(firm.name))

    def match(self, aliases: Sequence[PipedriveLink], *, was_there: bool) -> Match:
        met = [Candidate(number_of(one), _name_there(one, self.name)) for one in aliases]
        if same := [one for one in met if not are_two_companies(one.name, self.name)]:
            return Match(same)
        return matching.organizations(self._push, self._firm, self._mark, lost=was_there)

    def find_lost(self, since: datetime, sent: str) -> Lost | None:
        del sent
        return lost_answers.organization(self._push, self.name, since, self._mark)

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
        return there.id, Agreed(self.ours(), self.theirs(there), visible_to=there.visible_to, written=there.updated_at)

    def agreed_at_link(self, found: Candidate) -> Agreed:
        """They were matched by their names: how each side spells it is agreed."""
        return Agreed(self.ours(), {"name": found.name})

    def store(self, session: Session, number: Number) -> bool:
        return on_contact(self._push.contact.id, "pipedrive_org_id")(session, number)

    def get(self, number: int) -> Organization:
        return self._push.line.pipedrive.get_organization(number)

    def gone(self) -> Exception:
        return Again()

    def ours(self) -> Snapshot:
        return {"name": self._firm.name}

    def theirs(self, there: Organization) -> Snapshot:
        return {"name": there.name}

    def first_base(self, link: PipedriveLink, ours: Snapshot, theirs: Snapshot) -> Agreed:
        del link
        return Agreed(ours, theirs)

    def decide(
        self, link: PipedriveLink, base: Agreed | None, ours: Snapshot, there: Organization
    ) -> dict[str, Verdict]:
        """An organization that a colleague made, or that other banks use too, gets our new name only when its owner says so."""
        theirs = self.theirs(there)
        verdict = merge_fields(self.fields, base, ours, theirs)["name"]
        same = organisation_key(ours["name"]) == organisation_key(theirs["name"])
        if verdict.sends and same and not are_two_companies(ours["name"], theirs["name"]):
            verdict = verdict if link.created_by_us else Verdict.SAME
        elif verdict.sends and not self._is_decided(ours["name"]):
            shared = link_store.firms_of(self._push.line.account, number_of(link), self._firm.user_id)
            verdict = Verdict.ASK if shared or not link.created_by_us else verdict
        return {"name": verdict}

    def _is_decided(self, name: str) -> bool:
        with db.reading() as session:
            return conflicts.is_ours_decided(session, self._push.line.lease.who, self._firm.id, "name", name)

    def news(self, link: PipedriveLink, merge: Merge, there: Organization) -> OrganizationFields:
        del link, there
        return {"name": self._firm.name} if "name" in merge.sends else {}

    def expected(self, merge: Merge, news: OrganizationFields) -> Snapshot:
        del merge
        return {"name": news["name"]} if "name" in news else {}

    def send(self, link: PipedriveLink, news: OrganizationFields, there: Organization) -> Organization:
        del there
        return self._push.line.pipedrive.change_organization(number_of(link), **news)

    def settle(self, session: Session, owner: User, link: PipedriveLink, merge: Merge, after: Snapshot) -> None:
        del link
        contact, verdict, firm = self._push.contact, merge.verdicts["name"], self._firm
        about = self._push.line.account, EntityType.ORGANIZATION, firm.id
        asked = {"name": (merge.ours["name"], merge.theirs["name"])} if verdict is Verdict.ASK else {}
        inbound_changes.record_conflicts(session, owner, contact, about, asked)
        inbound_changes.close_conflicts(session, owner, firm.id, set(merge.verdicts) - set(asked))
        if verdict.takes:
            name = inbound_changes.rename_firm(session, owner, firm.id, merge.theirs["name"])
            digest = fingerprints.digest(fingerprints.folded(name))
            base = new_base(merge.base, merge.verdicts, {"name": name}, merge.theirs)
            return link_store.mark_synced(session, self.slot, digest, base)
        base = new_base(merge.base, merge.verdicts, merge.ours, after if verdict.sends else merge.theirs)
        return link_store.mark_synced(session, self.slot, self.digest, base)


def _name_there(link: PipedriveLink, otherwise: str) -> str:
    agreed = Agreed.read(link.agreed)
    return str(agreed.theirs.get("name", otherwise)) if agreed else otherwise
