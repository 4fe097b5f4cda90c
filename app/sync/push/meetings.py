"""A meeting as Pipedrive's activity: created once under our reference, and told again only what changed."""

from datetime import datetime
from typing import Any, ClassVar, cast

from sqlmodel import Session

from app.models import Activity, ActivityType, EntityType, PipedriveLink, User
from app.sync.api.errors import Rejected
from app.sync.api.fields import ActivityFields
from app.sync.api.records import Activity as There
from app.sync.links import field_merge, fingerprints, link_store
from app.sync.links.link_store import Number, Slot
from app.sync.links.remote_ids import number_of, on_meeting
from app.sync.links.three_way_merge import Agreed, Snapshot, new_base
from app.sync.push import lost_answers, meeting_fields
from app.sync.push.push_context import Push, Record
from app.sync.push.remote_record import Lost, Merge, UpdatableRecord
from app.sync.queue.mapping_rules import usual
from app.sync.queue.outcome_errors import Again, NothingToPush

CLEARED = ("duration", "location")
UNKNOWN = "?"


class MeetingRecord(UpdatableRecord[There]):
    """A meeting; one that is off has no `person_id`, and its people there are left alone."""

    fields: ClassVar = meeting_fields.FIELDS

    def __init__(
        self,
        push: Push,
        meeting: Activity,
        *,
        org_id: int | None = None,
        person_id: int | None = None,
        parents: tuple[Record, ...] = (),
    ) -> None:
        self._push, self._meeting, self._person_id = push, meeting, person_id
        self._whom: ActivityFields = {"person_id": person_id, "org_id": org_id}
        self._parts = meeting_fields.parts(meeting, self._whom)
        self.slot = slot_of(push.line.account, meeting)
        self.name, self.made_at = meeting.subject, meeting.created_at
        self.digest = meeting_fields.digest(self._parts)
        self.parents = parents

    def find_lost(self, since: datetime, sent: str) -> Lost | None:
        """Only we write our reference."""
        del sent
        number = self._person_id and lost_answers.activity(self._push, self._person_id, self._meeting.id, since)
        return Lost(number, proven=True) if number else None

    def create(self) -> tuple[int, Agreed]:
        """Create it as a meeting, or as whatever this company calls one."""
        push = self._push
        known, account, choices = push.line.types, push.line.account, push.line.choices
        wanted = choices.type_for(ActivityType.MEETING)
        type_ = known.get(f"{account}:{wanted}", wanted)
        fields = self._joined(set(self._parts))
        fields["type"], fields["owner_id"] = type_, choices.owner_id
        try:
            there = push.line.pipedrive.add_activity(**fields)
        except Rejected as no:
            if type_ != wanted or "type" not in no.sentence:
                raise
            known[f"{account}:{wanted}"] = usual(push.line.pipedrive.activity_types())
            if known[f"{account}:{wanted}"] == wanted:
                raise
            raise Again from None
        return there.id, Agreed(self.ours(), self.theirs(there))

    def store(self, session: Session, number: Number) -> bool:
        return on_meeting(self._meeting.id)(session, number)

    def get(self, number: int) -> There:
        return self._push.line.pipedrive.get_activity(number)

    def gone(self) -> Exception:
        """Of a meeting that is off that is just as well."""
        return Again() if self._meeting.takes_place else NothingToPush()

    def ours(self) -> Snapshot:
        return meeting_fields.ours(self._meeting)

    def theirs(self, there: There) -> Snapshot:
        return meeting_fields.theirs(there)

    def first_base(self, link: PipedriveLink, ours: Snapshot, theirs: Snapshot) -> Agreed:
        changed = self._changed(link)
        return Agreed({field: UNKNOWN if changed[field] else ours[field] for field in ours}, theirs)

    def news(self, link: PipedriveLink, merge: Merge, there: There) -> ActivityFields:
        del there
        whom = {"whom"} if self._changed(link)["whom"] and self._meeting.takes_place else set()
        return self._joined(merge.sends | whom)

    def expected(self, merge: Merge, news: ActivityFields) -> Snapshot:
        del news
        return {field: merge.ours[field] for field in merge.sends}

    def send(self, link: PipedriveLink, news: ActivityFields, there: There) -> There:
        del there
        clear = [name for name in CLEARED if name in news and not news.get(name)]
        return self._push.line.pipedrive.change_activity(number_of(link), clear=clear, **news)

    def settle(self, session: Session, owner: User, link: PipedriveLink, merge: Merge, after: Snapshot) -> None:
        del link
        theirs = {**merge.theirs, **{field: after[field] for field in merge.sends}}
        about = self._push.line.account, EntityType.ACTIVITY, self._meeting.id
        contact = self._push.contact
        field_merge.record_conflicts(
            session, owner, contact, about, verdicts=merge.verdicts, here=merge.ours, there=theirs
        )
        meeting = meeting_fields.take_over(session, owner, self._meeting, merge.verdicts, theirs)
        digest = meeting_fields.digest(meeting_fields.parts(meeting, self._whom))
        agreed = new_base(merge.base, merge.verdicts, meeting_fields.ours(meeting), theirs)
        link_store.mark_synced(session, self.slot, digest, agreed)

    def _changed(self, link: PipedriveLink) -> dict[str, bool]:
        """Which parts differ from what the fingerprint on the link stands for."""
        differ = fingerprints.changed(link.synced_hash, self.digest, len(self._parts))
        return dict(zip(self._parts, differ, strict=True))

    def _joined(self, wanted: set[str]) -> ActivityFields:
        whole: dict[str, Any] = {}
        for name, part in self._parts.items():
            whole.update(part if name in wanted else {})
        return cast("ActivityFields", whole)


def slot_of(account: str, meeting: Activity) -> Slot:
    return Slot(account, EntityType.ACTIVITY, (str(meeting.id),))
