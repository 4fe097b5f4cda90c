"""A firm that works on while it storms: people who add, edit, meet, push and throw away, as the screens do it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
from sqlmodel import select

from app import db
from app.models import (
    Activity,
    ActivityDraft,
    Contact,
    ContactDraft,
    Organisation,
    PipedriveSync,
    SyncConflict,
    Trigger,
    now,
    organisation_key,
)
from app.services.accounts import user_profile, users
from app.services.activities import activity_log
from app.services.contacts import contact_bank
from app.services.push_queue import push_jobs
from tests.support import sync_harness, world

FIRMS = [
    "Nordic Steel AS",
    "Nordic Steel",
    "ACME Ltd",
    "Acme",
    "Hansen & Co",
    "Müller GmbH",
    "Øst Energi ASA",
    "Blue River",
    None,
]
LISTEN = (
    "update sync_accounts set heard = heard - 'at', listen_at = clock_timestamp() where listen_at > clock_timestamp()"
)
STAFF = ("ada", "bo", "cem", "dora")


def keys():
    return {f"key-{name}-1": name.title() for name in STAFF}


@dataclass
class Firm:
    """`kept` are the ids of what was committed, so that nothing can get lost unseen; `shared` people are in two banks."""

    dice: object
    fake: object
    url: str
    staff: dict = field(default_factory=dict)
    contacts: list = field(default_factory=list)
    meetings: list = field(default_factory=list)
    shared: set = field(default_factory=set)
    kept: set = field(default_factory=set)
    by_email: dict = field(default_factory=dict)
    called: dict = field(default_factory=dict)
    number: Counter = field(default_factory=lambda: Counter(STAFF))
    refused: int = 0

    def hire(self):
        for name in STAFF:
            user = world.person(name.title())
            self.staff[name] = sync_harness.connect(user, f"key-{name}-1")
            self.fake.owners[name] = f"key-{name}"
        self.boss = world.person("Gwen Gold", world.Role.GOLDEN_TICKET)
        self.fake.meddle = self.meddle

    def open_banks(self, size):
        """So many contacts in all, each handed over in one of the three ways; every tenth is also a colleague's."""
        for number in range(size):
            self.add(number)
            if number % 10 == 9:
                # somebody whom two colleagues know works where the other one says, too
                self.add(number, twin=True)

    def add(self, number=None, *, twin=False):
        number = 10_000 + len(self.contacts) if number is None else number
        owner = STAFF[(number + twin) % len(STAFF)]
        both = number % 10 == 9
        draft = ContactDraft(
            name=f"Person {number}",
            email=f"p{number}@{'both' if both else owner}.example",
            phone=f"+49301{number:06}",
            organisation=FIRMS[number % len(FIRMS)] if both else self.dice.choice(FIRMS),
            warmness_score=self.dice.choice([3, 8]),
        )

        def deed(session, who):
            contact = contact_bank.add(session, who, draft, keep_both=True)
            if self.dice.random() < 0.5:
                meeting = activity_log.log(session, who, contact.id, self._meeting())
                self.meetings.append((owner, meeting.id))
            else:
                push_jobs.enqueue(session, who, contact, Trigger.MANUAL)
            return contact

        if contact := self._done(owner, deed):
            self.contacts.append((owner, contact.id))
            self.called[contact.id] = draft.name
            self.by_email[draft.email] = self.contacts[-1]
            self.kept.add(contact.id)
            if both:
                self.shared.add(contact.id)

    def one_more_deed(self):
        """Whatever somebody may do in the middle of it."""
        deeds = (
            [self.edit] * 6
            + [self.postpone] * 3
            + [self.push, self.add, self.edit_in_a_hurry, self.throw_away, self.listen_now]
        )
        self.dice.choice(deeds)()

    def edit(self, chosen=None):
        owner, contact_id = chosen or self.dice.choice(self.contacts)
        number = self.dice.randrange(1000)
        changes = self.dice.choice(
            [{"name": f"{self.called[contact_id]} Xy {number}"}, {"phone": f"+4940{1_000_000 + number}"}]
        )

        def deed(session, who):
            contact = contact_bank.change(session, who, contact_id, changes)
            push_jobs.enqueue(session, who, contact, Trigger.MANUAL)

        self._done(owner, deed)

    def meddle(self, body):
        """Edit the contact that this request is about, if it says so."""
        email = re.search(r"p\d+@\w+\.example", body)
        if email and email[0] in self.by_email:
            self.edit(self.by_email[email[0]])

    def edit_in_a_hurry(self):
        chosen = self.dice.choice(self.contacts)
        for _ in range(10):
            self.edit(chosen)

    def push(self):
        owner, contact_id = self.dice.choice(self.contacts)
        self._done(
            owner,
            lambda session, who: push_jobs.enqueue(
                session, who, contact_bank.owned(session, who, contact_id), Trigger.MANUAL
            ),
        )

    def postpone(self):
        if not self.meetings:
            return
        owner, meeting_id = self.dice.choice(self.meetings)
        changes = {
            "due_date": now() + timedelta(days=self.dice.randrange(1, 300)),
            "location": f"Room {self.dice.randrange(99)}",
        }
        self._done(owner, lambda session, who: activity_log.change(session, who, meeting_id, changes))

    def throw_away(self):
        owner, contact_id = self.dice.choice(self.contacts)
        if contact_id not in self.shared:
            self._done(owner, lambda session, who: contact_bank.trash(session, who, contact_id))

    def lose_key(self, name):
        """Pipedrive no longer takes the key; its owner has not noticed yet."""
        old, number = f"key-{name}-{self.number[name]}", self.number[name] + 1
        self.fake.company.replace_key(old, f"key-{name}-{number}")
        self.number[name] = number

    def drop_key(self, name):
        self._done(name, user_profile.delete_pipedrive_key)

    def save_key(self, name):
        sync_harness.connect(self.staff[name], f"key-{name}-{self.number[name]}")

    def switch(self, name, *, on):
        with db.transaction() as session:
            boss = session.get_one(type(self.boss), self.boss.id)
            (users.enable if on else users.disable)(session, boss, self.staff[name].id)

    def let_time_pass(self):
        """Midnight, or ten minutes: whatever Pipedrive asked to wait for is over."""
        self.fake.let_in()
        with psycopg.connect(self.url, autocommit=True) as line:
            line.execute("update sync_accounts set not_before = clock_timestamp()")
            line.execute("update sync_lanes set not_before = clock_timestamp()")

    def listen_now(self):
        """Ask Pipedrive what changed there; nobody works there, so it is only our own words that come back."""
        self._done("ada", lambda session, _: session.connection().exec_driver_sql(LISTEN))

    def _meeting(self):
        when = now() + timedelta(days=self.dice.randrange(1, 300), minutes=self.dice.randrange(1440))
        return ActivityDraft(
            type="MEETING", due_date=when, subject=f"Meeting {self.dice.randrange(10**9)}", duration_minutes=45
        )

    def _done(self, name, deed):
        """One transaction of one person; while the database is away nothing is promised, so nothing is kept."""
        try:
            with db.transaction() as session:
                return deed(session, session.get_one(type(self.boss), self.staff[name].id))
        except (*db.UNAVAILABLE, contact_bank.NotFound):
            self.refused += 1
            return None


def differences(fake, firm):
    """Where Pipedrive does not say what we say, in words; somebody whom two colleagues know has the first one's name."""
    there = {
        kind: {row["id"]: row for row in fake.company.records(kind)}
        for kind in ("organizations", "persons", "activities")
    }
    with db.reading() as session:
        query = select(Contact, Organisation).outerjoin(Organisation, Organisation.id == Contact.organisation_id)
        found = session.exec(query.where(Contact.deleted_at.is_(None))).all()
        meetings = session.exec(select(Activity).where(Activity.type == "MEETING")).all()
        # a question to its owner stands in the open, and what it is about waits for the answer
        asked = set(session.exec(select(SyncConflict.contact_id).where(SyncConflict.resolved_at.is_(None))).all())
        asked |= set(session.exec(select(PipedriveSync.contact_id).where(PipedriveSync.error_code == "unsure")).all())
    found = [(contact, firm_of) for contact, firm_of in found if contact.id not in asked]
    persons = {contact.id: there["persons"].get(contact.pipedrive_person_id) for contact, _ in found}
    for contact, firm_of in found:
        theirs = persons[contact.id]
        if theirs is None or theirs["is_deleted"]:
            yield f"{contact.name} is not there"
        elif missing := {*contact.emails, *contact.phones} - {
            row["value"] for row in theirs["emails"] + theirs["phones"]
        }:
            yield f"{contact.name}: {missing} is missing"
        elif contact.id not in firm.shared:
            if theirs["name"] != contact.name:
                yield f"{contact.name} is called {theirs['name']}"
            org = there["organizations"].get(theirs["org_id"])
            if (organisation_key(org["name"]) if org else None) != (firm_of.key if firm_of else None):
                yield f"{contact.name} works for {org}"
    for meeting in meetings:
        if person := persons.get(meeting.contact_id):
            yield from _wrong_with(meeting, there["activities"].get(meeting.pipedrive_activity_id), person)


def _wrong_with(meeting, theirs, person):
    if theirs is None:
        yield f"{meeting.subject} is not there"
        return
    day = meeting.due_date or meeting.happened_at
    ours = {
        "subject": meeting.subject, "person_id": person["id"], "done": meeting.done,
        "due_date": f"{day:%Y-%m-%d}", "due_time": f"{day:%H:%M}",
    }  # fmt: skip
    differs = {
        name: (value, theirs[name]) for name, value in ours.items() if not str(theirs[name]).startswith(str(value))
    }
    if differs:
        yield f"{meeting.subject}: {differs}"
