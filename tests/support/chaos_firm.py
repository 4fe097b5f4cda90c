"""A firm that works on while it storms: people who add, edit, meet, push and throw away, as the screens do it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
from sqlmodel import col, select

from app import db
from app.errors import Refusal
from app.models import ActivityDraft, ContactDraft, PipedriveSync, PushEffect, PushReceipt, SyncStatus, Trigger, now
from app.services.accounts import user_profile, users
from app.services.activities import activity_log
from app.services.contacts import contact_bank, organisations
from app.services.pipedrive import push_receipts
from app.services.push_queue import company_mapping, push_jobs
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
AN_HOUR = (
    "update pipedrive_links set checked_at = clock_timestamp() - interval '1 day', unseen_at = null",
    "update broken_items set due_at = clock_timestamp()",
)
STAFF = ("ada", "bo", "cem", "dora")


def keys():
    return {f"key-{name}-1": name.title() for name in STAFF}


@dataclass
class Firm:
    """`kept` are the ids of what was committed, so that nothing can get lost unseen; `shared` people are in two banks.

    `undone` are the contacts whose push somebody took back; `renamed` the keys of firms that got another name here.
    """

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
    undone: set = field(default_factory=set)
    renamed: set = field(default_factory=set)
    given_up: int = 0
    number: Counter = field(default_factory=lambda: Counter(STAFF))
    refused: int = 0
    impossible: int = 0

    def hire(self):
        for name in STAFF:
            user = world.person(name.title())
            self.staff[name] = sync_harness.connect(user, f"key-{name}-1")
            self.fake.owners[name] = f"key-{name}"
        # an administrator's key adds the field for our mark, by which a create whose answer got lost is proven ours
        self.fake.company.people.by_key["key-ada-1"].admin = True
        with db.transaction() as session:
            company_mapping.ask_soon(session, self.staff["ada"], "acme")
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
            + [self.listen_now] * 2
            + [self.push, self.add, self.edit_in_a_hurry, self.throw_away, self.undo, self.call_off, self.rename_firm]
        )
        self.dice.choice(deeds)()

    def one_more_quiet_deed(self):
        """What people do while the queue drains: nothing that makes it much longer."""
        self.dice.choice([self.listen_now, self.push, self.edit, self.postpone, self.undo])()

    def edit(self, chosen=None):
        owner, contact_id = chosen or self.dice.choice(self.contacts)
        number = self.dice.randrange(1000)
        changes = self.dice.choice(
            [{"name": f"{self.called[contact_id]} Xy {number}"}] * 4
            + [{"phone": f"+4940{1_000_000 + number}"}] * 4
            + [{"organisation": self.dice.choice(FIRMS[:-1])}]
        )

        def deed(session, who):
            seen = contact_bank.owned(session, who, contact_id)
            self.fake.ledger.known_here |= {seen.name, *seen.phones, seen.pipedrive_org_id}
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

    def call_off(self):
        if self.meetings:
            owner, meeting_id = self.dice.choice(self.meetings)
            self._done(owner, lambda session, who: activity_log.remove(session, who, meeting_id))

    def rename_firm(self):
        owner, contact_id = self.dice.choice(self.contacts)

        def deed(session, who):
            firm = contact_bank.owned(session, who, contact_id).organisation
            if firm:
                self.fake.ledger.known_here.add(firm.name)
                self.renamed.add(firm.key)
                name = f"{firm.name[:60]} R{self.dice.randrange(10**6)}"
                self.renamed.add(organisations.rename(session, who, firm.id, name)[0].key)

        self._done(owner, deed)

    def undo(self):
        """Take back what a push of some contact created in Pipedrive."""
        owner, contact_id = self.dice.choice(self.contacts)

        def deed(session, who):
            created = (
                select(PipedriveSync)
                .join(PushReceipt, PushReceipt.sync_id == PipedriveSync.id)
                .where(PipedriveSync.contact_id == contact_id, PushReceipt.what == PushEffect.CREATED)
            )
            if pushed := session.exec(created).first():
                push_receipts.undo(session, who, pushed.id)
                self.undone.add(contact_id)

        self._done(owner, deed)

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
        """Ask Pipedrive what changed there."""
        self._done("ada", lambda session, _: session.connection().exec_driver_sql(LISTEN))

    def hear_everything(self):
        """An hour has passed: every record that is linked is looked at again."""
        for passes in AN_HOUR:
            self._done("ada", lambda session, _, passes=passes: session.connection().exec_driver_sql(passes))
        self.listen_now()

    def try_again(self):
        """What was given up after many tries is tried again by hand, as its sentence says."""
        with db.transaction() as session:
            query = select(PipedriveSync.id).where(
                PipedriveSync.status == SyncStatus.FAILED, col(PipedriveSync.error).contains("We gave up")
            )
            ids = session.exec(query).all()
            self.given_up += len(ids)
            if ids:
                push_jobs.retry(session, session.get_one(type(self.boss), self.boss.id), ids)
            return len(ids)

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
        except db.UNAVAILABLE:
            self.refused += 1
        except Refusal:
            # in the trash by now, called off before, or nothing that can be taken back
            self.impossible += 1
        return None
