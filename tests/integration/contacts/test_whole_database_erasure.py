"""Erase erases: the whole database, dumped and searched, and the practice company's file name the person nowhere.

Which tables can hold text is found from the metadata: one that is new has to be filled here, or to say why it names nobody.
"""

import json
from datetime import timedelta
from unicodedata import normalize
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import ARRAY, JSON, Enum, String, TypeDecorator
from sqlmodel import SQLModel, select

from app import db
from app.mail.delivery import Delivery
from app.models import (
    ActivityDraft,
    ActivityType,
    Contact,
    DeviceDraft,
    EntityType,
    IntroductionDraft,
    JobChange,
    LinkState,
    Outcome,
    PipedriveLink,
    PipedriveSync,
    PushEffect,
    PushReceipt,
    SavedSearch,
    SavedSearchDraft,
    SyncConflict,
    SyncStatus,
    Trigger,
    User,
    now,
)
from app.services.activities import activity_log, bulk_log, introductions, referrals, timeline
from app.services.base import backup_ages, firm_settings
from app.services.contacts import bulk_actions, contact_bank, contact_merge, saved_searches, trash
from app.services.contacts.erasure import contact_erasure
from app.services.notifications import push_devices
from app.services.push_queue import push_jobs
from app.services.reports import campaign_report, team_report
from app.services.reports.filters import Asked
from app.services.samples import sample_data
from app.settings import Settings
from app.sync.queue import company
from app.sync.runner.worker import drain
from app.vault import Vault
from tests.support import sync_harness, world
from tests.support.api_client import ask
from tests.support.imported_files import take_files
from tests.support.sync_harness import settled

CANARY = "Kanarienvogel"
NAME, FORMER, MERGED, THERE = f"Vera {CANARY}", f"Veronika {CANARY}", f"V. {CANARY}", f"{CANARY}, Vera M."
SITE = "https://leads.example.com"
DEVICE = DeviceDraft(endpoint="https://push.example/a", p256dh="B" + "A" * 86, auth="A" * 22, names=True)

# whatever else holds text, and why no contact is named in it
NAMES_NOBODY = {
    "activities": "blanked: see HELD",
    "api_tokens": "words of its owner about a script",
    "audit_events": "ids alone; it cannot be changed",
    "broken_items": "numbers of rows, and errors that are swept like a push's",
    "calendar_feeds": "a digest",
    "campaign_contacts": "a stage, and a word why not now",
    "campaign_notes": "what somebody typed about a campaign; counted",
    "campaigns": "what somebody typed about a campaign; counted",
    "failed_sign_ins": "digests",
    "identities": "colleagues",
    "import_mappings": "headings of files",
    "mail_templates": "what somebody typed for everybody; counted",
    "notice_choices": "kinds of notices",
    "one_time_links": "colleagues",
    "request_counts": "digests of addresses and accounts",
    "organisations": "firms",
    "passkeys": "colleagues",
    "pipedrive_deals": "numbers, amounts and a currency",
    "pipedrive_handovers": "ids",
    "push_devices": "browsers",
    "reply_links": "a digest",
    "report_links": "a digest",
    "saved_reports": "names of questions; counted",
    "second_factors": "sealed",
    "settings": "the firm's choices",
    "sync_accounts": "a company's types and fields",
    "sync_lanes": "why a key pauses",
    "sync_notes": "numbers",
    "sync_spending": "numbers",
    "tombstones": "a salted hash",
    "user_sessions": "browsers",
    "users": "colleagues",
    "introductions": "what a colleague typed; counted, and without a name once it was used",
}
HELD = {
    "activities", "bank_deeds", "contact_changes", "contacts", "idempotency_keys", "import_changes", "imports", "job_changes", "mails", "notices",
    "pipedrive_links", "pipedrive_syncs", "rings", "saved_views", "sync_conflicts", "sync_receipts",
}  # fmt: skip


def texts(table):
    """Whether a table has a column that could hold a name."""
    # SQLModel wraps its own texts
    kinds = (String, JSON, ARRAY, TypeDecorator)
    return any(isinstance(column.type, kinds) and not isinstance(column.type, Enum) for column in table.columns)


def dump(url):
    """Every row of every table, as COPY writes it."""
    with psycopg.connect(url) as line, line.cursor() as cursor:
        for table in SQLModel.metadata.sorted_tables:
            with cursor.copy(f"copy {table.name} to stdout") as rows:
                yield table.name, b"".join(rows).decode()


def holding(url, word=CANARY):
    return {name for name, rows in dump(url) if word.lower() in rows.lower()}


def do(verb, who, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


@pytest.fixture
def practice(tmp_path):
    return company.Practice(tmp_path / "practice.json")


@pytest.fixture
def desk(practice, database):
    return company.build_context(Settings(_env_file=None), Vault("s" * 40), practice, sync_harness.QUICK)


@pytest.fixture
def vera(ada, gwen, jane, john, desk, monkeypatch):
    """Somebody whose name went everywhere that the product writes one, by the product's own verbs where there are any."""
    with db.transaction() as session:
        firm_settings.save(session, practice_pipedrive=True)
    facts = {"email": f"vera@{CANARY.lower()}.example", "phone": "+49 171 7654321", "warmness_score": 8}
    made = ask(ada, "POST", "/api/contacts", {"name": FORMER, **facts}, headers={"Idempotency-Key": "k1"}).json()
    made = {"id": UUID(made["id"])}
    ask(ada, "PUT", f"/api/contacts/{made['id']}", {"name": NAME, "notes": CANARY})
    other = ask(ada, "POST", "/api/contacts?force=true", {"name": MERGED}, headers={"Idempotency-Key": "k2"}).json()
    do(contact_merge.merge, ada, made["id"], UUID(other["id"]))
    file = f"Name,Email,Job title\n{NAME},vera@{CANARY.lower()}.example,{CANARY} keeper\n".encode()
    assert take_files(ada, (f"{NAME}.csv", file)).updated == 1
    do(push_devices.register, ada, DEVICE, key="k")
    soon = ActivityDraft(type=ActivityType.MEETING, due_date=now() + timedelta(minutes=30), note=CANARY)
    do(activity_log.log, ada, made["id"], soon)
    do(activity_log.log, ada, made["id"], ActivityDraft(type=ActivityType.CALL, note=CANARY, location=CANARY))
    for kind, outcome in ((ActivityType.CALL, Outcome.WRONG_NUMBER), (ActivityType.EMAIL, Outcome.BOUNCED)):
        do(activity_log.log, ada, made["id"], ActivityDraft(type=kind, outcome=outcome))
    do(referrals.refer, ada, jane.id, made["id"])
    do(bulk_actions.tag, ada, [made["id"], jane.id], f"friend of {CANARY}")
    do(bulk_log.log, ada, [made["id"], jane.id], ActivityDraft(type=ActivityType.EMAIL))
    do(saved_searches.save, ada, SavedSearchDraft(name=f"Where is {CANARY}", query=f"q={CANARY}"))
    world.campaign(ada, holds=[jane])
    settled(desk)
    clock = Delivery(None, SITE)
    clock.create_notifications()
    clock.write_digests(now().replace(hour=8, minute=5) + timedelta(days=(1 - now().weekday()) % 7))
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        bird = session.get_one(Contact, made["id"])
        row = push_jobs.enqueue(session, me, session.get_one(Contact, john.id), Trigger.MANUAL)
        row.status, row.candidates = SyncStatus.FAILED, [{"id": 7, "name": NAME}]
        mine = push_jobs.enqueue(session, me, bird, Trigger.MANUAL)
        mine.status, mine.error, mine.detail = SyncStatus.FAILED, CANARY, CANARY
        session.add_all([row, mine])
        session.flush()
        session.add(
            PushReceipt(
                sync_id=mine.id, account="acme", stays=CANARY, entity_type=EntityType.PERSON, what=PushEffect.CREATED
            )
        )
        session.add(JobChange(user_id=me.id, contact_id=bird.id, organisation=CANARY, job_title=CANARY))
        session.add(
            SyncConflict(contact_id=bird.id, user_id=me.id, account="acme", entity_type=EntityType.PERSON,
                         entity_id=bird.id, field="name", ours=NAME, theirs=THERE)
        )  # fmt: skip
        session.add(
            PipedriveLink(account="acme", entity_type=EntityType.PERSON, entity_key=str(bird.id), remote_id=77,
                          state=LinkState.LINKED, agreed={"ours": {"name": NAME}, "theirs": {"name": THERE}})
        )  # fmt: skip
    with db.reading() as session:
        return session.get_one(Contact, made["id"])


def test_every_table_with_text_is_filled_here_or_says_why_it_names_nobody(database, vera):
    """A new table: fill it in `vera`, or write down why it cannot name a contact."""
    tables = {table.name for table in SQLModel.metadata.sorted_tables if texts(table)}
    found = holding(database)
    assert found == HELD
    assert tables - HELD - NAMES_NOBODY.keys() == set()
    assert (HELD | NAMES_NOBODY.keys()) - {table.name for table in SQLModel.metadata.sorted_tables} == set()


def test_after_erasing_no_row_and_no_file_names_them_in_any_spelling(database, ada, vera, desk, practice, tmp_path):
    assert CANARY in (tmp_path / "practice.json").read_text()
    (tmp_path / "practice.unreadable").write_text(NAME)
    said = do(contact_erasure.erase, ada, vera.id)
    # a tag that somebody typed stands with another contact and in what tagged her: counted, and theirs to change
    assert (
        holding(database, NAME) | holding(database, FORMER) | holding(database, MERGED) | holding(database, THERE)
        == set()
    )
    assert holding(database, "7654321") | holding(database, f"{CANARY.lower()}.example") == set()
    assert holding(database) <= {"contacts", "bank_deeds", "contact_changes"}
    drain(desk)
    left = [file.name for file in tmp_path.iterdir() if CANARY in file.read_text()]
    assert left == []
    assert len(practice.company.records("persons")) == 0
    assert said.sentence.startswith("Erased.")


ODD = {
    "an apostrophe": f"Seán O'{CANARY}",
    "quotation marks": f'"{CANARY}" & <Co>',
    "longer than any line": f"{CANARY} {'x' * (199 - len(CANARY))}",
    "two letters for one": normalize("NFD", f"Jörg {CANARY} Müßig"),
    "a space of its own": f"Vera\u00a0 {CANARY}",
    "what a pattern means": f"100%_{CANARY}\\.*",
    "joined letters": f"{CANARY} \U0001f469\u200d\U0001f4bb",
    "no letters of ours": f"山田{CANARY}太郎",
}


@pytest.mark.parametrize("name", ODD.values(), ids=ODD)
def test_a_name_of_any_shape_leaves_notices_mails_and_the_names_of_files(database, ada, name):
    bird = world.contact(ada, name, email="vera@firm.example", warmness_score=8)
    take_files(ada, (f"{name}.csv", b"Name,Email\nSomebody Else,vera@firm.example\n"))
    do(activity_log.log, ada, bird.id, ActivityDraft(type=ActivityType.MEETING, due_date=now() + timedelta(minutes=30)))
    clock = Delivery(None, SITE)
    clock.create_notifications()
    clock.write_digests(now().replace(hour=8, minute=5) + timedelta(days=(1 - now().weekday()) % 7))
    assert {"mails", "notices"} <= holding(database)
    do(contact_erasure.erase, ada, bird.id)
    assert holding(database) == set()


@pytest.mark.parametrize("file", ["VERA_{}.csv", "{}-Véra (2).vcf", normalize("NFD", "Véra.{}.xlsx"), "from Vera{}"])
def test_a_file_is_not_called_after_them_however_that_was_written(database, ada, file):
    bird = world.contact(ada, f"Vera {CANARY}")
    file = file.format(CANARY)
    take_files(ada, (file, b"Name\nSomebody Else\n"))
    do(contact_erasure.erase, ada, bird.id)
    # a name within a longer word is another word
    assert holding(database) == ({"imports"} if file == f"from Vera{CANARY}" else set())


def test_a_file_that_is_called_after_somebody_of_the_same_name_keeps_it(database, ada):
    bird, _ = world.contact(ada, NAME), world.contact(ada, NAME)
    take_files(ada, (f"{NAME}.csv", b"Name\nSomebody Else\n"))
    do(contact_erasure.erase, ada, bird.id)
    assert holding(database) == {"contacts", "imports"}


def test_nothing_of_them_comes_back_from_the_practice_company(ada, vera, desk, practice):
    do(contact_erasure.erase, ada, vera.id)
    drain(desk)
    again = company.Practice(practice._file)
    assert CANARY not in json.dumps(again.company.dump())
    with db.reading() as session:
        assert [link for link in session.exec(select(PipedriveLink)) if link.entity_key.startswith("erased:")] == []


def test_a_colleagues_contact_keeps_the_record_that_both_had(ada, bo, vera, desk, practice):
    theirs = world.contact(bo, "Same person")
    with db.transaction() as session:
        there = session.exec(select(PipedriveLink).where(PipedriveLink.entity_key == str(vera.id))).all()
        number = next(link.remote_id for link in there if link.account == "(practice)")
        session.add(
            PipedriveLink(account="(practice)", entity_type=EntityType.PERSON, entity_key=str(theirs.id),
                          state=LinkState.LINKED, remote_id=number)
        )  # fmt: skip
    do(contact_erasure.erase, ada, vera.id)
    drain(desk)
    assert practice.company.record("persons", number) is not None


def test_free_texts_about_others_stay_whole_and_are_counted(ada, gwen, jane, john, vera):
    do(contact_bank.change, ada, jane.id, {"notes": f"Knows {NAME} well."})
    do(activity_log.log, ada, john.id, ActivityDraft(type=ActivityType.CALL, subject=f"About {NAME}"))
    do(introductions.offer, gwen, IntroductionDraft(offered_to=ada.id, whom=MERGED))
    do(saved_searches.save, ada, SavedSearchDraft(name="ACME", query="q=ACME"))
    said = do(contact_erasure.erase, ada, vera.id)
    assert said.still_named == 3
    assert "3 texts about others still name them" in said.sentence
    with db.reading() as session:
        assert session.get_one(Contact, jane.id).notes == f"Knows {NAME} well."
        assert [view.name for view in session.exec(select(SavedSearch))] == ["ACME"]


def test_the_receipt_does_not_tell_of_colleagues(ada, bo, vera):
    """Who else knows them is nobody's business."""
    world.contact(bo, NAME, notes=NAME)
    assert do(contact_erasure.erase, ada, vera.id).still_named == 0


def test_the_receipt_names_the_day_on_which_the_last_backup_goes(ada, vera, monkeypatch):
    kept = {now() - timedelta(days=days) for days in (0, 1, 2, 30, 60)}
    with db.transaction() as session:
        backup_ages.remember(session, kept, [])
    said = do(contact_erasure.erase, ada, vera.id)
    until, files, night = said.backups_until, set(kept), now()
    while files & kept:
        night += timedelta(days=1)
        files = backup_ages.worth_keeping([*files, night])
    assert until == night.date()
    assert f"{until.day} {until:%B %Y}" in said.sentence


def test_an_archive_from_before_an_upgrade_counts_too(ada, vera):
    old = now() - timedelta(days=3)
    with db.transaction() as session:
        backup_ages.remember(session, [], [old])
    assert do(contact_erasure.erase, ada, vera.id).backups_until == (old + backup_ages.ARCHIVES).date()


@pytest.mark.parametrize("due", [timedelta(days=2), timedelta(days=-2)], ids=["to come", "past"])
def test_a_booked_meeting_stays_counted_without_a_name_and_troubles_nobody(database, ada, gwen, due):
    bird = world.contact(ada, NAME)
    spring = world.campaign(ada, holds=[bird])
    planned = {"campaign_id": spring.id, "due_date": now() + due, "note": CANARY, "location": CANARY}
    do(activity_log.log, ada, bird.id, ActivityDraft(type=ActivityType.MEETING, **planned))
    do(activity_log.log, ada, bird.id, ActivityDraft(type=ActivityType.CALL, **planned))
    before = do(campaign_report.report, ada, spring.id, Asked()).figures
    do(contact_erasure.erase, ada, bird.id)
    after = do(campaign_report.report, ada, spring.id, Asked()).figures
    assert after["meetings_booked"].value == before["meetings_booked"].value == 1
    assert after["meetings_held"].value == after["touches"].value == 0
    assert holding(database) == set()
    assert do(timeline.planned, ada) == []
    assert do(timeline.feed, ada).items == []
    staff = do(team_report.team, gwen)
    assert [one.overdue for one in staff.members if one.user_id == ada.id] == [0]
    assert Delivery(None, SITE).create_notifications() == 0


def test_what_the_trash_lets_go_is_gone_everywhere(database, ada, vera, desk, tmp_path):
    do(contact_bank.trash, ada, vera.id)
    with db.transaction() as session:
        session.get_one(Contact, vera.id).deleted_at -= timedelta(days=31)
    with db.transaction() as session:
        trash.forget_expired(session, trash.expired(session))
    drain(desk)
    assert holding(database, NAME) | holding(database, FORMER) == set()
    assert CANARY not in (tmp_path / "practice.json").read_text()


def test_cleared_samples_leave_the_practice_company_too(ada, desk, practice):
    with db.transaction() as session:
        firm_settings.save(session, practice_pipedrive=True)
    do(sample_data.fill, ada)
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        for contact in session.exec(select(Contact).where(Contact.user_id == me.id).limit(2)):
            push_jobs.enqueue(session, me, contact, Trigger.MANUAL)
    settled(desk)
    assert practice.company.records("persons")
    do(sample_data.clear, ada)
    drain(desk)
    assert practice.company.records("persons") == []
    with db.reading() as session:
        assert session.exec(select(PipedriveSync)).all() == []
