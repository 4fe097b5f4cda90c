"""Every round settles each item by itself: one that breaks is put aside with a reason, and the others go on.

Which rounds there are says the scheduler; a new one without a poison here fails.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql
from sqlmodel import col, select

from app import db, rounds
from app.mail.delivery import Delivery
from app.mail.senders import Smtp
from app.mail.web_push_client import WebPushClient
from app.mail.web_push_encryption import VapidKey
from app.main import schedule
from app.models import (
    ActivityDraft,
    BrokenItem,
    Campaign,
    CampaignContact,
    Contact,
    EntityType,
    Mail,
    Notification,
    PipedriveLink,
    PushDevice,
    Question,
    SavedReportDraft,
    Stage,
    SyncLane,
    SyncStatus,
    Trigger,
    User,
    WebhookNote,
    WebPush,
    base,
    now,
)
from app.postgres import open_server
from app.services.activities import activity_log
from app.services.campaigns import board_stages
from app.services.notifications import email_rendering, mail_outbox
from app.services.operations import broken_items
from app.services.reports import saved_reports
from app.sync.runner.scheduler import Clock
from tests.support import fake_mail_servers, sync_harness, world
from tests.support.fake_push_service import Browser, push_service
from tests.support.sync_harness import ask, edit, settled

SITE = "https://leads.example.com"
MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=ZoneInfo("Europe/Berlin"))
KEY = VapidKey(VapidKey.fresh())
# one DELETE by age each: it looks at nothing that a row says
BY_AGE = {"old mails", "old pushes", "old notes"}


@pytest.fixture
def monday(monkeypatch):
    monkeypatch.setattr(base, "clock", lambda: MONDAY.astimezone(ZoneInfo("UTC")))


@pytest.fixture
def poison(url):
    """`poison("contacts", "DELETE", row)`: the database refuses that for this one row."""
    made = []

    def spoil(table, event, row, *, column="id"):
        old = "OLD" if event == "DELETE" else "NEW"
        name = sql.Identifier(f"poison_{table}")
        with psycopg.connect(url, autocommit=True) as line:
            line.execute(sql.SQL("""
                CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF {}.{} = {} THEN RAISE EXCEPTION 'poison'; END IF; RETURN {}; END $$
            """).format(name, sql.SQL(old), sql.Identifier(column), sql.Literal(str(row)), sql.SQL(old)))  # fmt: skip
            line.execute(
                sql.SQL("CREATE TRIGGER {} BEFORE {} ON {} FOR EACH ROW EXECUTE FUNCTION {}()").format(
                    name, sql.SQL(event), sql.Identifier(table), name
                )
            )
        made.append(name)

    yield spoil
    with psycopg.connect(url, autocommit=True) as line:
        for name in made:
            line.execute(sql.SQL("DROP FUNCTION {} CASCADE").format(name))


@pytest.fixture
def rounds_of(desk, data_dir, database, tmp_path):
    """Every round of the app, as its own scheduler has it; what it sends goes through these."""

    def by_name(name, *, sender=None, web_push=None, context=desk):
        with open_server(data_dir, None) as server:
            clock = Clock(context)
            schedule(clock, Delivery(sender, SITE, web_push), server, tmp_path)
            clock.rounds()[name]()

    return by_name


def all_of(kind, **facts):
    with db.reading() as session:
        return session.exec(select(kind).filter_by(**facts).order_by(col(kind.id))).all()


def put_aside(name):
    """The one item that this round put aside."""
    (one,) = all_of(BrokenItem, round=name)
    assert one.reason.startswith("Something broke on our side (")
    assert one.due_at > now()
    return one


def lost_zone(user):
    """The person's time zone is one that this machine does not know."""
    with db.transaction() as session:
        session.get_one(User, user.id).timezone = "Mars/Olympus"


def test_every_round_of_the_scheduler_is_poisoned_here(desk, database, tmp_path):
    clock = Clock(desk)
    schedule(clock, Delivery(None, SITE), None, tmp_path)
    tested = {name.removeprefix("test_poisoned_").replace("_", " ") for name in globals() if name.startswith("test_p")}
    assert set(clock.rounds()) == tested | BY_AGE


def test_poisoned_reminders(rounds_of, ada, bo):
    for user in (ada, bo):
        with db.transaction() as session:
            draft = ActivityDraft(type="CALL", due_date=now() + timedelta(minutes=5))
            activity_log.log(session, session.get_one(User, user.id), world.contact(user).id, draft)
    lost_zone(ada)
    rounds_of("reminders")
    assert [one.user_id for one in all_of(Notification)] == [bo.id]
    assert put_aside("reminders").item.endswith(str(ada.id))


def test_poisoned_campaign_paces(rounds_of, ada, bo):
    today = now().date()
    for user in (ada, bo):
        row = world.campaign(user, f"{user.name}'s")
        with db.transaction() as session:
            facts = {"start_date": today - timedelta(days=9), "end_date": today + timedelta(days=9), "goal_touches": 40}
            session.get_one(Campaign, row.id).sqlmodel_update(facts)
    lost_zone(ada)
    rounds_of("campaign paces")
    assert [one.user_id for one in all_of(Notification)] == [bo.id]
    assert put_aside("campaign paces").round == "campaign paces"


def test_poisoned_digests(rounds_of, ada, bo, monday):
    for user in (ada, bo):
        world.contact(user)
    lost_zone(ada)
    with db.transaction() as session:
        session.get_one(User, bo.id).timezone = "Europe/Berlin"
    rounds_of("digests")
    assert [one.user_id for one in all_of(Mail)] == [bo.id]
    assert put_aside("digests").item == str(ada.id)


def test_poisoned_weekly_reports(rounds_of, ada, bo, monday):
    for user in (ada, bo):
        with db.transaction() as session:
            draft = SavedReportDraft(name="Which way works", question=Question.CHANNELS, weekly=True)
            saved_reports.save(session, session.get_one(User, user.id), draft)
            session.get_one(User, user.id).timezone = "Europe/Berlin"
    lost_zone(ada)
    rounds_of("weekly reports")
    assert [one.user_id for one in all_of(Mail)] == [bo.id]
    assert put_aside("weekly reports").item == str(ada.id)


def test_poisoned_lock_screens(rounds_of, ada, bo, tmp_path):
    def check(host):
        if host == "poison.example":
            raise RuntimeError("odd name")

    with push_service(tmp_path, KEY.public) as service:
        for user, endpoint in ((ada, "https://poison.example/x"), (bo, f"{service.origin}/phone")):
            browser = service.browsers["/phone"] = Browser()
            with db.transaction() as session:
                device = PushDevice(user_id=user.id, endpoint=endpoint, key=KEY.public, **browser.keys)
                session.add(device)
                session.flush()
                session.add(WebPush(device_id=device.id, words="Look", due_at=now()))
        rounds_of("lock screens", web_push=WebPushClient(KEY, SITE, check=check, trust=service.trust))
        assert len(service.mails) == 1
    (left,) = all_of(WebPush)
    assert (left.attempts, left.due_at > now()) == (1, True)


def test_a_name_that_no_name_server_can_be_asked_for_is_a_device_that_is_not_reached():
    with pytest.raises(Exception, match="is not found"):
        WebPushClient(KEY, SITE)._check("a..b")


def test_poisoned_mails(rounds_of, ada, bo):
    letter = email_rendering.new_password("https://leads.example.com/reset/x")
    with db.transaction() as session:
        for user, subject in ((ada, "Gold\u2028Line invites you"), (bo, "Your day")):
            mail_outbox.enqueue(session, user.email, replace(letter, subject=subject), user=user)
    with fake_mail_servers.smtp() as server:
        rounds_of("mails", sender=Smtp(f"smtp://127.0.0.1:{server.server_address[1]}", "team@firm.example", "Firm"))
        assert [mail["Subject"] for mail in server.mails] == ["Your day"]
    odd, fine = sorted(all_of(Mail), key=lambda mail: mail.sent_at is not None)
    assert odd.error == "Something broke on our side (ValueError)."
    assert (odd.attempts, odd.due_at > now(), odd.failed_at) == (1, True, None)
    assert fine.sent_at


def test_poisoned_trash(rounds_of, ada, poison):
    people = [world.contact(ada, f"Person {number}", email=f"{number}@x.example") for number in range(9)]
    with db.transaction() as session:
        for one in people:
            session.get_one(Contact, one.id).deleted_at = now() - timedelta(days=31)
    poison("contacts", "DELETE", people[4].id)
    rounds_of("trash")
    assert [one.id for one in all_of(Contact)] == [people[4].id]
    assert put_aside("trash").item == str(people[4].id)


def test_poisoned_backups(rounds_of, ada, tmp_path):
    old = [tmp_path / "backups" / f"pipedriven-2020010{day}T020000Z.zip" for day in range(1, 8)]
    old[0].mkdir(parents=True)
    for file in old[1:]:
        file.write_bytes(b"old")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.services.base.backup_ages.worth_keeping", lambda moments: {max(moments)})
        rounds_of("backups")
    left = sorted(one.name for one in (tmp_path / "backups").iterdir())
    assert len(left) == 2
    assert left[0] == old[0].name == put_aside("backups").item


def test_poisoned_cards_handed_over(rounds_of, ada, poison):
    held = [world.contact(ada, name) for name in ("Jane Roe", "John Doe")]
    spring = world.campaign(ada, holds=held)
    for one in held:
        with db.transaction() as session:
            board_stages.move(session, session.get_one(User, ada.id), spring.id, one.id, Stage.IN_DIALOGUE)
        edit(ask(ada, one), status="SUCCESS", finished_at=now())
    poison("campaign_contacts", "UPDATE", held[0].id, column="contact_id")
    rounds_of("cards handed over")
    stages = {place.contact_id: place.stage for place in all_of(CampaignContact)}
    assert stages == {held[0].id: Stage.IN_DIALOGUE, held[1].id: Stage.HANDED_OVER}
    assert put_aside("cards handed over")


def spoiled(contact):
    """What we know of this contact's person in Pipedrive cannot be read."""
    with db.transaction() as session:
        link = session.exec(select(PipedriveLink).where(PipedriveLink.entity_key == str(contact.id))).one()
        link.agreed = {"nonsense": 1}
        link.synced_hash = None
        return link.remote_id


@pytest.fixture
def known_people(fake, desk, ada_with_key):
    """Two contacts of Ada's whose persons in Pipedrive are linked."""
    people = [world.contact(ada_with_key, name, email=f"{name}@x.example") for name in ("Kari", "Ola")]
    for one in people:
        ask(ada_with_key, one, Trigger.WARM)
    settled(desk)
    return people


def test_poisoned_pushes(rounds_of, desk, ada_with_key, known_people):
    spoiled(known_people[0])
    for one in known_people:
        ask(ada_with_key, one)
    rounds_of("pushes", context=desk)
    found = {one.contact_id: one for one in sync_harness.pushes() if one.trigger is Trigger.MANUAL}
    assert found[known_people[1].id].status is SyncStatus.SUCCESS
    odd = found[known_people[0].id]
    assert (odd.status is not SyncStatus.SUCCESS, odd.error_code) == (True, "bug")


def test_poisoned_refused_keys(rounds_of, desk, ada_with_key, bo_with_key):
    for user in (ada_with_key, bo_with_key):
        ask(user, world.contact(user, f"Friend of {user.name}", email=f"{user.id}@x.example"))
    with db.transaction() as session:
        for lane in session.exec(select(SyncLane)):
            lane.paused_reason, lane.told_at, lane.not_before = "No.", now(), now() - timedelta(seconds=1)

    def http_for(who):
        if who.id == ada_with_key.id:
            raise RuntimeError("odd key")
        return desk.http_for(who)

    rounds_of("refused keys", context=replace(desk, http_for=http_for))
    assert sync_harness.lane(bo_with_key).paused_reason is None
    assert sync_harness.lane(ada_with_key).not_before > now()


def test_poisoned_listening(rounds_of, fake, desk, ada_with_key, known_people):
    numbers = [spoiled(known_people[0]), next(one.remote_id for one in sync_harness.links() if one.entity_key == str(known_people[1].id))]  # fmt: skip
    for number, name in zip(numbers, ("Kari Changed", "Ola Changed"), strict=True):
        fake.company.edit("persons", number, name=name)
    sync_harness.listen_next()
    rounds_of("listening", context=desk)
    names = {one.id: one.name for one in all_of(Contact)}
    assert names == {known_people[0].id: "Kari", known_people[1].id: "Ola Changed"}
    assert put_aside("changes").item.endswith(f":{numbers[0]}")
    # the list has moved on, so the record is noted, and looked at once it can be read again
    assert [(one.entity_type, one.remote_id) for one in all_of(WebhookNote)] == [(EntityType.PERSON, numbers[0])]


# --- what is put aside


def test_what_was_put_aside_is_tried_again_ever_later_and_forgotten_once_it_works(database, monkeypatch):
    tried, broken = [], {"b"}

    def settle(key):
        tried.append(key)
        if key in broken:
            raise RuntimeError
        return 1

    def turn():
        tried.clear()
        return rounds.settle_each("a round", [(key, key) for key in "abc"], settle)

    assert (turn(), tried) == (2, ["a", "b", "c"])
    assert (turn(), tried) == (2, ["a", "c"])
    waits = []
    for _ in range(12):
        (one,) = all_of(BrokenItem)
        waits.append(one.due_at - one.updated_at)
        monkeypatch.setattr(base, "clock", lambda due=one.due_at: due)
        turn()
        assert tried == ["a", "b", "c"]
    assert waits == sorted(waits)
    assert waits[-1] == broken_items.LONGEST_WAIT
    broken.clear()
    (one,) = all_of(BrokenItem)
    monkeypatch.setattr(base, "clock", lambda: one.due_at)
    assert turn() == 3
    assert all_of(BrokenItem) == []


def test_a_database_that_is_away_is_no_items_fault(database):
    def settle(_):
        with db.transaction() as session:
            session.connection().exec_driver_sql("select pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(db.UNAVAILABLE):
        rounds.settle_each("a round", [("a", "a"), ("b", "b")], settle)
    assert all_of(BrokenItem) == []
