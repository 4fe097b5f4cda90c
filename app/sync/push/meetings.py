"""A meeting as Pipedrive's activity: created once under our reference, and told again only what changed."""

from datetime import datetime
from typing import Any, ClassVar, cast

from sqlmodel import Session

from app import db
from app.models import Activity, EntityType, PipedriveLink, User
from app.services.pipedrive import conflicts, meeting_values
from app.sync.api.errors import Rejected
from app.sync.api.fields import ActivityFields
from app.sync.api.records import Activity as There
from app.sync.links import field_merge, fingerprints, link_store
from app.sync.links.agreed import Agreed, Snapshot
from app.sync.links.link_store import Number, Slot
from app.sync.links.remote_ids import number_of, on_meeting
from app.sync.links.three_way_merge import Verdict, new_base
from app.sync.push import lost_answers, meeting_fields
from app.sync.push.meeting_types import meeting_type, type_refused
from app.sync.push.push_context import Push, Record
from app.sync.push.remote_record import Lost, Merge, UpdatableRecord
from app.sync.queue.outcome_errors import Again, NothingToPush

CLEARED = ("duration", "location")


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
        """Only we write our reference; one at the same time may be it, or a colleague's."""
        del sent
        return lost_answers.activity(self._push, self.slot, self._person_id, self._meeting, since)

    def create(self) -> tuple[int, Agreed]:
        """Create it as a meeting, or as whatever this company calls one."""
        push = self._push
        fields = self._joined(set(self._parts))
        fields["type"], fields["owner_id"] = meeting_type(push), push.line.choices.owner_id
        try:
            there = push.line.pipedrive.add_activity(**fields)
        except Rejected as no:
            if "type" not in no.sentence:
                raise
            raise type_refused(push, fields["type"], no) from None
        return there.id, Agreed(self.ours(), self.theirs(there), written=there.updated_at)

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

    def first_base(self, link: PipedriveLink, ours: Snapshot, theirs: Snapshot) -> Agreed | None:
        if not link.created_by_us or link.synced_hash is None:
            return None
        return meeting_fields.first_base(link.synced_hash, self._parts, ours, theirs)

    def decide(self, link: PipedriveLink, base: Agreed | None, ours: Snapshot, there: There) -> dict[str, Verdict]:
        del link
        return meeting_fields.decide(
            self._meeting, self._push.contact.name, base, ours, there, is_decided=self._is_decided
        )

    def news(self, link: PipedriveLink, merge: Merge, there: There) -> ActivityFields:
        """What to send; whoever else takes part there goes on doing so."""
        is_moved = link.created_by_us and self._changed(link)["whom"] and self._meeting.takes_place
        whom = {"whom"} if is_moved else set()
        news = self._joined(merge.sends | whom)
        if whom:
            news["others"] = [one for one in there.participants if one not in {there.person_id, self._person_id}]
        if merge.verdicts["subject"] is Verdict.BOTH:
            typed = meeting_values.unmarked(merge.theirs["subject"])
            news["subject"] = meeting_values.marked(self._meeting, typed)
        return news

    def expected(self, merge: Merge, news: ActivityFields) -> Snapshot:
        said = {field: merge.ours[field] for field in merge.sends}
        return said | ({"subject": news["subject"]} if "subject" in said else {})

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
        meeting = meeting_fields.take_over(session, owner, self._meeting, merge.verdicts, merge.theirs)
        digest = meeting_fields.digest(meeting_fields.parts(meeting, self._whom))
        agreed = new_base(merge.base, merge.verdicts, meeting_fields.ours(meeting), theirs)
        link_store.mark_synced(session, self.slot, digest, agreed)

    def _is_decided(self, field: str, value: Any, *, over: Any) -> bool:
        with db.reading() as session:
            return conflicts.is_ours_decided(
                session, self._push.line.lease.who, self._meeting.id, field, value, over=over
            )

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
