"""Search and filters of the bank find what they say, by index, in a fixed number of questions."""

import json
from datetime import timedelta
from hashlib import md5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import delete, select

from app import db
from app.models import (
    SKIPPED,
    Activity,
    ActivityDraft,
    ActivityType,
    Contact,
    EntityType,
    PipedriveSync,
    SyncConflict,
    SyncStatus,
    Trigger,
    User,
    now,
)
from app.services.activities import activity_log, timeline
from app.services.contacts import bulk_actions, contact_search, duplicates, organisations, suggestions
from app.services.contacts.contact_search import Search
from app.services.push_queue import push_status
from app.services.push_queue.push_status import Badge
from tests.support import world
from tests.support.api_client import ask
from tests.support.bulk_data import counted, fill


def names(who, **wanted) -> list[str]:
    with db.reading() as session:
        return [row.name for row in contact_search.contacts(session, who, Search(**wanted)).items]


@pytest.fixture
def people(ada):
    for name, firm, phone in [
        ("Jörg Müller", "Nordlicht Energie GmbH", "+49 40 1234567"),
        ("Søren Kjærgaard", "Vestkyst Vind A/S", "+45 75 12 34 56"),
        ("Amélie Lefèvre", "Groupe Hydro", None),
        ("Jane Roe", "ACME Ltd", "+49 171 2345678"),
        ("Ann Li", "Orsted", None),
    ]:
        mail = f"{name.split()[0].lower()}@crm.example".encode("ascii", "ignore").decode()
        world.contact(ada, name, organisation=firm, phone=phone, email=mail)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("muller", "Jörg Müller"), ("MÜLLER", "Jörg Müller"), ("jorg mull", "Jörg Müller"), ("lefevre", "Amélie Lefèvre"),
        ("kjaergaard", "Søren Kjærgaard"), ("ørsted", "Ann Li"), ("vestkyst", "Søren Kjærgaard"), ("energie", "Jörg Müller"),
        ("040 1234567", "Jörg Müller"), ("+49-40-123 45 67", "Jörg Müller"), ("0049 40 1234", "Jörg Müller"),
        ("(0171) 2345678", "Jane Roe"), ("75123456", "Søren Kjærgaard"), ("jane@crm", "Jane Roe"),
        # mistyped
        ("mueler", "Jörg Müller"), ("mulelr", "Jörg Müller"), ("nordlciht", "Jörg Müller"), ("lefevr", "Amélie Lefèvre"),
        ("kjargaard", "Søren Kjærgaard"), ("vestkist", "Søren Kjærgaard"), ("jorg mullre", "Jörg Müller"), ("ann orstad", "Ann Li"),
    ],
)  # fmt: skip
def test_people_are_found_by_any_part_however_it_is_typed(ada, people, typed, found):
    assert names(ada, q=typed) == [found]


def test_only_when_nothing_holds_the_words_do_resembling_ones_show(ada, people):
    world.contact(ada, "Jan Muler")
    assert names(ada, q="muler") == ["Jan Muler"]
    assert names(ada, q="mulerr") == ["Jan Muler", "Jörg Müller"]


@pytest.mark.parametrize("typed", ["jon", "xqzw", "xx", "9999999", "%", "_", "\\", "jane xqzw"])
def test_what_nobody_resembles_finds_nobody(ada, people, typed):
    assert names(ada, q=typed) == []


def test_the_count_and_the_ids_are_those_of_the_list(ada, people):
    for wanted in (Search(), Search(q="mulelr"), Search(q="e"), Search(q="xqzw"), Search(warmness_min=1)):
        with db.reading() as session:
            shown = [row.id for row in contact_search.contacts(session, ada, wanted).items]
            assert contact_search.count(session, ada, wanted) == len(shown)
            assert set(session.scalars(contact_search.ids(session, ada, wanted))) == set(shown)


def test_each_filter_of_the_api_narrows_as_it_says(ada):
    late = world.contact(ada, "Late", warmness_score=8, days=100, tags=["energy"], organisation="ACME GmbH")
    rhythm = world.contact(ada, "Rhythm", cadence_days=30, days=31)
    calm = world.contact(ada, "Calm", cadence_days=30, days=5, tags=["water"])
    world.contact(ada, "Never")
    asleep = world.contact(ada, "Asleep", cadence_days=1, days=9)
    spring = world.campaign(ada, holds=[late, calm])
    with db.transaction() as session:
        session.get_one(Contact, late.id).next_due = now() - timedelta(hours=1)
        session.get_one(Contact, asleep.id).snoozed_until = now() + timedelta(days=1)
        session.get_one(Contact, rhythm.id).pipedrive_person_id = 5

    def found(query):
        answer = ask(ada, "GET", f"/api/contacts?{query}")
        assert answer.status_code == 200, answer.text
        return [one["name"] for one in answer.json()["items"]]

    assert found("due=true") == ["Late", "Rhythm"]
    assert found("never=true") == ["Never"]
    assert found("warmness_min=7") == ["Late"]
    assert found("not_contacted_days=30") == ["Late", "Never", "Rhythm"]
    assert found("not_contacted_days=90") == ["Late", "Never"]
    assert found("not_contacted_days=180") == ["Never"]
    assert found("not_contacted_days=60&never=false&sort=-last_contacted") == ["Late", "Never"]
    assert found(f"campaign_id={spring.id}") == ["Calm", "Late"]
    assert found(f"campaign_id={spring.id}&tag=ENERGY") == ["Late"]
    assert found("tag=water") == ["Calm"]
    assert found("organisation=acme") == ["Late"]
    assert found("sync=SUCCESS") == ["Rhythm"]
    assert found("sync=PENDING") == ["Late"]
    assert found("sync=NONE") == ["Asleep", "Calm", "Never"]
    assert found("sort=-warmness&limit=1") == ["Late"]
    assert found("q=lat&due=true&tag=energy&sync=PENDING&warmness_min=8") == ["Late"]


ROW = st.tuples(st.sampled_from(SyncStatus), st.booleans())
STANDING = {
    Badge.NEEDS_YOU: {"FAILED"}, Badge.WAITING: {"PENDING", "RETRY"}, Badge.IN_PIPEDRIVE: {"SUCCESS"}, Badge.NOT_PUSHED: {"NONE"},
}  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(ROW, max_size=3), there=st.booleans(), asked=st.booleans())
def test_the_sync_filter_and_the_badge_never_disagree(ada, jane, rows, there, asked):
    with db.transaction() as session:
        session.exec(delete(PipedriveSync))
        session.exec(delete(SyncConflict))
        session.get_one(Contact, jane.id).pipedrive_person_id = 7 if there else None
        for number, (status, aside) in enumerate(rows):
            code = SKIPPED if aside and status is SyncStatus.FAILED else None
            session.add(
                PipedriveSync(user_id=ada.id, contact_id=jane.id, entity_type=EntityType.PERSON, entity_id=jane.id, trigger=Trigger.MANUAL,
                              dedupe_key=f"k{number}", status=status, error_code=code)
            )  # fmt: skip
        if asked:
            session.add(
                SyncConflict(
                    contact_id=jane.id,
                    user_id=ada.id,
                    account="a",
                    entity_type="person",
                    entity_id=jane.id,
                    field="name",
                )
            )
    with db.reading() as session:
        badge = push_status.status_of(session, session.get_one(Contact, jane.id)).badge
        found = {status for status in (*SyncStatus, "NONE") if contact_search.count(session, ada, Search(sync=status))}
    assert found <= STANDING[badge]
    assert len(found) == 1


@pytest.fixture
def big(ada, bo):
    """A bank of thousands among others, with touches and pushes, as the autovacuum leaves it."""
    mine = fill(ada, 4_000)
    fill(bo, 8_000)
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        bulk_actions.tag(session, me, mine[:40], "rare")
        for one in mine[:5]:
            activity_log.log(session, me, one, ActivityDraft(type=ActivityType.CALL))
        organisations.get_or_create(session, me, "ACME")
    with db.transaction() as session:
        copies = {"who": ada.id}
        session.execute(text("""
            insert into activities (id, created_at, updated_at, type, user_id, contact_id, subject, note, happened_at, done, version)
            select gen_random_uuid(), now(), now(), 'CALL', user_id, id, '', '', now() - interval '1 day' * (n % 90), true, 1
            from contacts cross join generate_series(1, 2) n where user_id = :who
        """), copies)  # fmt: skip
        session.execute(text("""
            insert into pipedrive_syncs (id, created_at, updated_at, user_id, contact_id, entity_type, entity_id, trigger, dedupe_key,
                                         status, generation, attempts, run_at)
            select gen_random_uuid(), now(), now(), user_id, id, 'person', id, 'WARM', 'person:' || id,
                   case when random() < 0.02 then 'FAILED' else 'SUCCESS' end, 1, 0, now()
            from contacts where warmness_score > 3
        """))  # fmt: skip
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        for table in ("contacts", "activities", "pipedrive_syncs", "organisations", "campaign_contacts"):
            line.execute(text(f"vacuum analyze {table}"))
    return mine


# the name of number 77 in the crowd
WORD = md5(b"77").hexdigest().translate(str.maketrans("0123456789abcdef", "aeiourlnstmkdbpg"))
BIG = {"contacts", "activities", "pipedrive_syncs"}
QUESTIONS = {
    "all by name": lambda s, who, ids: contact_search.contacts(s, who, Search()),
    "a word": lambda s, who, ids: contact_search.contacts(s, who, Search(q=WORD[:9])),
    "a phone": lambda s, who, ids: contact_search.contacts(s, who, Search(q="030 1000 3077")),
    "a mistyped word": lambda s, who, ids: contact_search.contacts(s, who, Search(q=WORD[:6] + "zz" + WORD[6:12])),
    "warm": lambda s, who, ids: contact_search.contacts(s, who, Search(warmness_min=6, sort="-warmness")),
    "silent": lambda s, who, ids: contact_search.contacts(s, who, Search(not_contacted_days=90, sort="last_contacted")),
    "due": lambda s, who, ids: contact_search.contacts(s, who, Search(due=True)),
    "never": lambda s, who, ids: contact_search.contacts(s, who, Search(never=True)),
    "a rare tag": lambda s, who, ids: contact_search.contacts(s, who, Search(tag="rare")),
    "an organisation": lambda s, who, ids: contact_search.contacts(s, who, Search(organisation="ACME")),
    "in trouble": lambda s, who, ids: contact_search.contacts(s, who, Search(sync=SyncStatus.FAILED)),
    "in Pipedrive": lambda s, who, ids: contact_search.contacts(s, who, Search(sync=SyncStatus.SUCCESS)),
    "not pushed": lambda s, who, ids: contact_search.contacts(s, who, Search(sync="NONE")),
    "suggestions": lambda s, who, ids: suggestions.suggest(s, who),
    "twins": lambda s, who, ids: duplicates.find_duplicates(s, who, duplicates.Typed(f"{WORD} 5", ["p7@crowd.example"], ["030 1000009"], "ACME")),
    "a story": lambda s, who, ids: timeline.of_contact(s, who, ids[0]),
    "firms": lambda s, who, ids: organisations.pick(s, who, "ac"),
}  # fmt: skip


def test_no_hot_question_reads_a_big_table_from_end_to_end(ada, big):
    slow = {}
    for name, ask_ in QUESTIONS.items():
        with counted() as asked, db.reading() as session:
            ask_(session, ada, big)
        with db.engine.connect() as line:
            for statement, values in asked:
                if not statement.lstrip().lower().startswith(("select", "with")) or "set_config" in statement:
                    continue
                line.exec_driver_sql("set local pg_trgm.word_similarity_threshold = 0.4")
                plan = line.exec_driver_sql("explain (format json) " + statement, values).scalar()
                if read := scanned(plan if isinstance(plan, list) else json.loads(plan)) & BIG:
                    slow[name] = read
    assert slow == {}


def scanned(plan) -> set[str]:
    """The tables that a plan reads from end to end."""
    if isinstance(plan, list):
        return set().union(*map(scanned, plan))
    if not isinstance(plan, dict):
        return set()
    here = {plan["Relation Name"]} if plan.get("Node Type") == "Seq Scan" else set()
    return here.union(*map(scanned, plan.values()))


@pytest.mark.parametrize(
    "path",
    ["/api/contacts?limit=200", "/api/organisations?limit=200", "/api/views", "/api/contacts/suggested?limit=50"],
)
def test_a_list_asks_the_same_number_of_questions_whatever_its_length(ada, path):
    def questions() -> int:
        with counted() as asked:
            assert ask(ada, "GET", path).status_code == 200
        return len(asked)

    for number in range(2):
        world.contact(ada, f"A {number}", organisation=f"Firm {number}")
    few = questions()
    for number in range(12):
        world.contact(ada, f"P {number}", organisation=f"House {number}")
        ask(ada, "POST", "/api/views", {"name": f"V {number}", "query": "q=a"})
    assert questions() == few


@pytest.mark.parametrize("path", ["/api/contacts?due=true", "/api/organisations", "/api/views"])
def test_a_list_that_did_not_change_is_a_304(ada, jane, path):
    tag = ask(ada, "GET", path).headers["etag"]
    assert ask(ada, "GET", path, headers={"if-none-match": tag}).status_code == 304


def test_the_touches_of_the_fixture_are_there(ada, jane):
    """The plan test would be worth nothing on empty tables."""
    with db.reading() as session:
        assert session.exec(select(Activity)).first() is None
