"""What became of everybody when the storm is over: held against Pipedrive, our own rows and the colleague's ledger."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy.orm import joinedload
from sqlmodel import col, select

from app import db
from app.models import (
    Activity,
    BrokenItem,
    Contact,
    PipedriveLink,
    PipedriveSync,
    SyncConflict,
    Trigger,
    User,
    organisation_key,
)
from app.services.contacts import identity
from app.services.push_queue import push_status
from app.services.push_queue.push_status import Badge
from app.sync.api import reference_marks, response_parsing
from app.sync.links.agreed import Agreed, shape
from app.sync.links.field_merge import ours, theirs
from app.sync.push import meeting_fields

KINDS = ("organizations", "persons", "activities")
# what a person may be asked about a record that somebody else has touched, or that is a colleague's too
ASKED = {"unsure", "several", "hidden", "gone", "choice_gone"}


@dataclass
class Ending:
    """`questions` are rightful ones; every other list should be empty."""

    questions: Counter = field(default_factory=Counter)
    lost: list = field(default_factory=list)
    doubled: list = field(default_factory=list)
    harmed: list = field(default_factory=list)
    false_badges: list = field(default_factory=list)
    needless: list = field(default_factory=list)
    histories: list = field(default_factory=list)
    put_aside: int = 0


class Auditor:
    """Reads both sides once, and says what is wrong with each contact."""

    def __init__(self, fake, firm):
        self.fake, self.firm, self.ledger = fake, firm, fake.ledger
        self.there = {kind: {row["id"]: row for row in fake.company.records(kind)} for kind in KINDS}
        with db.reading() as session:
            self.contacts = session.exec(select(Contact).options(joinedload(Contact.organisation))).all()
            alive = [one for one in self.contacts if not one.deleted_at]
            self.status = push_status.statuses_of(session, alive)
            self.meetings = session.exec(
                select(Activity).where(Activity.type == "MEETING", col(Activity.deleted_at).is_(None))
            ).all()
            self.rows = {row.id: row for row in session.exec(select(PipedriveSync))}
            self.links = {link.entity_key: link for link in session.exec(select(PipedriveLink))}
            self.conflicts = session.exec(select(SyncConflict).where(col(SyncConflict.resolved_at).is_(None))).all()
            self.put_aside = len(session.exec(select(BrokenItem)).all())
            self.users = {user.id: user.name.lower() for user in session.exec(select(User))}
        self.of_contact = defaultdict(list)
        for meeting in self.meetings:
            self.of_contact[meeting.contact_id].append(meeting)

    def ending(self):
        end = Ending(put_aside=self.put_aside)
        known = {one.id for one in self.contacts}
        end.lost += [f"contact {one} is no row any more" for one in self.firm.kept - known]
        for contact in self.contacts:
            if contact.deleted_at is None:
                before = wrong(end)
                self._check(contact, end)
                if wrong(end) != before:
                    end.histories.append(self._history(contact))
        end.doubled += self._doubles()
        for line in end.doubled:
            numbers = set(map(int, re.findall(r", (\d+)\)", line)))
            end.histories.append(self._story(numbers, line.split(":")[0].split()[-1]))
        end.harmed += [*self.ledger.harmed, *self.ledger.fallen(self.fake.company)]
        for line in end.harmed:
            number = int(re.search(r"(?:organizations|persons|activities)[ /](\d+)", line)[1])
            end.histories.append(self._story({number}, "nobody@else.example"))
        return end

    def _check(self, contact, end):
        status = self.status[contact.id]
        person = self.there["persons"].get(contact.pipedrive_person_id)
        if status.badge is Badge.NEEDS_YOU:
            row = self.rows.get(status.sync_id)
            why = row.error_code if row and row.needs_owner else "both changed it"
            rightful = self._is_touched(contact) and (why in ASKED or why == "both changed it")
            end.questions[why] += rightful
            if not rightful:
                end.needless.append(f"{contact.name}: {status.reason}")
        elif status.badge is Badge.WAITING:
            end.lost.append(f"{contact.name} still waits: {status.reason}")
        elif status.badge is Badge.NOT_PUSHED:
            if contact.id not in self.firm.undone and not self._was_called_off(contact):
                rows = [
                    (row.trigger.value, row.status.value, row.error_code)
                    for row in self.rows.values()
                    if row.contact_id == contact.id
                ]
                end.lost.append(f"{contact.name} of {self._owner(contact)} never went over: {rows}")
        elif person and self._is_hidden(contact, person):
            # what its key does not see it cannot know to be deleted either; then no moment is shown
            if status.agreed_at and person["is_deleted"]:
                end.false_badges.append(f"{contact.name} is not there, and was seen {status.agreed_at}")
        elif person is None or person["is_deleted"]:
            end.false_badges.append(f"{contact.name} is not there ({contact.pipedrive_person_id})")
        else:
            end.false_badges += self._differences(contact, person)
            if contact.id not in self.firm.undone:
                end.lost += self._missing_meetings(contact)

    def _history(self, contact):
        """What was queued, agreed on, asked, sent and done about a contact with which something is wrong."""
        rows = [row for row in self.rows.values() if row.contact_id == contact.id]
        link = self.links.get(str(contact.id))
        head = [
            f"{contact.name}, person {contact.pipedrive_person_id}, version {contact.version}",
            *(f"    {row.trigger} {row.status} {row.error_code} {row.created_at} {row.finished_at}" for row in rows),
            f"    agreed {link.agreed if link else None}",
            *(f"    {c.field}: {c.ours} or {c.theirs}" for c in self.conflicts if c.contact_id == contact.id),
        ]
        return "\n".join([*head, self._story({contact.pipedrive_person_id}, contact.email or "?")])

    def _story(self, numbers, address):
        """What was sent about these records and this address, when the colleague touched them, and what took long."""
        about = re.compile(rf"/(?:{'|'.join(map(str, numbers))})\b")
        told = [
            (heard.at, f"{heard.key} {heard.method} {heard.path} {dict(heard.query)} {heard.body.decode()}")
            for heard in self.fake.heard
            if about.search(heard.path) or address in heard.body.decode() or address in str(heard.query)
        ]
        told += [(at, f"colleague: {deed} {about}") for at, deed, about in self.ledger.diary if numbers & set(about)]
        told += [(at, f"took {late:.2f} s: {what}") for at, what, late in self.fake.slow]
        return "\n".join(f"    {at:.2f} {words}" for at, words in sorted(told))

    def _was_called_off(self, contact):
        """It was to go over for a meeting only, and that was called off before."""
        asked_for = {row.trigger for row in self.rows.values() if row.contact_id == contact.id}
        return asked_for == {Trigger.MEETING} and not self.of_contact[contact.id]

    def _is_hidden(self, contact, person):
        owner = self.fake.company.people.by_key[f"key-{self._owner(contact)}-{self.firm.number[self._owner(contact)]}"]
        return person["visible_to"] == 1 and person["owner_id"] != owner.id

    def _owner(self, contact):
        return self.users[contact.user_id]

    def _differences(self, contact, person):
        """Each field agrees, or both sides have agreed to differ."""
        org = self.there["organizations"].get(person["org_id"])
        we, they = ours(contact, None), theirs(response_parsing.person(person), "DE")
        alike = {
            "name": shape("name", we["name"]) == shape("name", they["name"])
            or identity.same_name(we["name"], they["name"]),
            "emails": shape("emails", we["emails"]) <= shape("emails", they["emails"]),
            "phones": shape("phones", we["phones"]) <= shape("phones", they["phones"]),
            "org": (organisation_key(org["name"]) if org else None)
            == (contact.organisation.key if contact.organisation else None),
        }
        link = self.links.get(str(contact.id))
        base = Agreed.read(link.agreed) if link else None
        for name, same in alike.items():
            agreed = base and name in base.theirs and not base.differs(name, they)
            agreed = agreed and (name == "org" or shape(name, base.ours[name]) == shape(name, we[name]))
            if not same and not agreed:
                firm = contact.organisation.name if contact.organisation else None
                yield f"{contact.name}: {name} {we[name] or firm} is {org if name == 'org' else they[name]}"

    def _missing_meetings(self, contact):
        for meeting in self.of_contact[contact.id]:
            there = self.there["activities"].get(meeting.pipedrive_activity_id)
            if not meeting.takes_place:
                continue
            if there is None or there["is_deleted"]:
                yield f"{meeting.subject} of {contact.name} is not there ({meeting.pipedrive_activity_id})"
                continue
            we, they = meeting_fields.ours(meeting), meeting_fields.theirs(response_parsing.activity(there))
            link = self.links.get(str(meeting.id))
            base = Agreed.read(link.agreed) if link else None
            for name in ("subject", "due", "done"):
                agreed = base and not base.differs(name, they) and base.ours[name] == we[name]
                if we[name] != they[name] and not agreed:
                    yield f"{meeting.subject} of {contact.name}: {name} {we[name]} is {they[name]}"

    def _is_touched(self, contact):
        """Somebody else is in it: another bank's owner, a person here who took it back, or the colleague."""
        if contact.id in self.firm.shared | self.firm.undone:
            return True
        firm, mails = contact.organisation, {email.lower() for email in contact.emails}
        if firm and firm.key in self.ledger.names | self.firm.renamed:
            return True
        marks = {reference_marks.reference(one.id) for one in self.of_contact[contact.id]}
        records = {("persons", contact.pipedrive_person_id), ("organizations", contact.pipedrive_org_id)}
        for number, row in self.there["persons"].items():
            if mails & {one["value"].lower() for one in row["emails"]}:
                records |= {("persons", number), ("organizations", row["org_id"])}
        records |= {
            ("activities", number)
            for number, row in self.there["activities"].items()
            if any(mark in (row["note"] or "") for mark in marks)
        }
        return bool(records & self.ledger.touched)

    def _doubles(self):
        """Two living records of one of ours, where no colleague put one of them back, or had hidden it from us when we looked."""
        seen = defaultdict(list)
        for number, row in self.there["persons"].items():
            for email in () if row["is_deleted"] else {one["value"].lower() for one in row["emails"]}:
                seen[f"e-mail {email}"].append(("persons", number))
        for number, row in self.there["activities"].items():
            for mark in () if row["is_deleted"] else set(re.findall(r"Ref pdn-\w+", row["note"] or "")):
                seen[mark].append(("activities", number))
        for number, row in self.there["organizations"].items():
            if not row["is_deleted"]:
                seen[f"organization {row['name']}"].append(("organizations", number))
        return [
            f"{what}: {records}"
            for what, records in seen.items()
            if len(records) > 1 and not set(records) & self.ledger.put_back and not self._was_hidden(records)
        ]

    def _was_hidden(self, records):
        """Whether the older person could not be seen when the younger one was made."""
        numbers = sorted(number for kind, number in records if kind == "persons")
        for older in numbers[:-1]:
            since, until = self.ledger.hidden.get(older, (None, None))
            if since is not None and since < numbers[-1] and (until is None or numbers[-1] <= until):
                return True
        return False


def wrong(end):
    """Everything that should not be, a line each."""
    lists = (end.lost, end.doubled, end.harmed, end.false_badges, end.needless)
    return "".join(f"\n! {line}" for some in lists for line in some) + "".join(f"\n{one}" for one in end.histories)


def table(fake, firm, end, stormy):
    """The storm in numbers, as `make chaos` prints it; `stormy` requests were sent before it calmed down."""
    ledger, failed = fake.ledger, sum(fake.met.values())
    rows = [
        ("contacts, and meetings", f"{len(firm.contacts)}, {len(firm.meetings)}"),
        ("requests sent", len(fake.heard)),
        ("of these while it stormed", stormy),
        ("of these failed", f"{failed} ({100 * failed / max(stormy, 1):.1f} %)"),
        *((f"    {name}", times) for name, times in fake.met.most_common()),
        ("colleague's deeds", ledger.deeds.total()),
        *((f"    {name}", times) for name, times in ledger.deeds.most_common()),
        ("    of these between a look and its write", ledger.crossed),
        ("processes killed with -9", fake.kills.total()),
        *((f"    {name}", times) for name, times in fake.kills.most_common()),
        ("PostgreSQL shot down", fake.databases_shot),
        ("given up, then tried again by hand", firm.given_up),
        ("questions to owners", end.questions.total()),
        *((f"    {name}", times) for name, times in end.questions.most_common() if times),
        ("put aside by a round, and tried again", end.put_aside),
        ("lost", len(end.lost)),
        ("doubled", len(end.doubled)),
        ("harmed", len(end.harmed)),
        ("badges that are not true", len(end.false_badges)),
        ("questions without a cause", len(end.needless)),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {value:>12}" for name, value in rows)
