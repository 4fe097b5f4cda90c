"""Models and migrations describe the same tables, and strangers' schemas are refused."""

import runpy
from datetime import timedelta

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app import db, migrate
from app.models import ActivityDraft, User, now
from app.services.activities import activity_log
from tests.support import world


def test_models_and_migrations_describe_the_same_tables(url):
    with db.engine.connect() as connection:
        migrate.drift(connection)


def test_each_file_is_named_after_its_revision():
    """A start goes by the names alone, without Alembic."""
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert migrate.known() == [step.revision for step in reversed(list(steps))]


def test_a_second_upgrade_finds_nothing_to_do(url):
    assert migrate.upgrade(url) == []
    migrate.check(url)


@pytest.fixture
def at_revision(url):
    def put(revision):
        with psycopg.connect(url) as connection:
            connection.execute("update alembic_version set version_num = %s", [revision])

    yield put
    put(migrate.head())


def test_a_newer_schema_is_refused_and_not_touched(url, at_revision):
    at_revision("9999")
    with pytest.raises(migrate.NewerDatabase, match="9999"):
        migrate.upgrade(url)
    with pytest.raises(migrate.NewerDatabase):
        migrate.check(url)


def test_an_older_schema_is_named_and_not_served(url, at_revision):
    at_revision("0001")
    with psycopg.connect(url) as connection:
        connection.execute("delete from alembic_version")
    try:
        with pytest.raises(migrate.OlderDatabase, match="pipedriven migrate"):
            migrate.check(url)
    finally:
        with psycopg.connect(url) as connection:
            connection.execute("insert into alembic_version values ('0001')")


@pytest.mark.parametrize(
    "broken",
    [
        "insert into contacts (id,created_at,updated_at,user_id,name,given_name,family_name,sort_name,search_text,emails,phones,notes,tags,version,warmness_score) values (gen_random_uuid(),now(),now(),:who,'x','','','','','{}','{}','','{}',1,11)",
        "update users set email = 'UPPER@firm.example'",
        "update users set role = 'BOSS'",
        "insert into activities (id,created_at,updated_at,type,user_id,subject,note,done,version) values (gen_random_uuid(),now(),now(),'CALL',:who,'','',true,1)",
        "insert into campaigns (id,created_at,updated_at,name,description,owner_id,version,start_date,end_date) values (gen_random_uuid(),now(),now(),'c','',:who,1,'2026-02-01','2026-01-01')",
    ],
    ids=["warmness 11", "upper-case address", "unknown role", "done without a time", "ends before it starts"],
)
def test_the_database_repeats_the_rules(ada, broken):
    with pytest.raises(Exception, match="violates check constraint"), db.engine.begin() as connection:
        connection.execute(text(broken), {"who": ada.id} if ":who" in broken else {})


def test_the_upgrade_to_attempts_says_of_old_rows_what_the_product_says_of_new_ones(ada):
    facts = {"phones": ["+493012345"], "emails": ["jane@acme.example"]}
    reached, tried, bounced, untouched = (world.contact(ada, name, **facts) for name in ("A", "B", "C", "D"))
    said = [
        (reached, "CALL", "REACHED", 9),
        (reached, "CALL", "NO_ANSWER", 2),
        (reached, "MEETING", "CANCELLED", 1),
        (tried, "CALL", "WRONG_NUMBER", 5),
        (tried, "MEETING", "NO_SHOW", 3),
        (bounced, "EMAIL", "SENT", 8),
        (bounced, "EMAIL", "BOUNCED", 7),
        (untouched, "EMAIL", "SENT", 6),
    ]
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        for contact, kind, outcome, days in said:
            draft = ActivityDraft(type=kind, outcome=outcome, happened_at=now() - timedelta(days=days))
            activity_log.log(session, me, contact.id, draft)
    columns = "select name, last_contacted, last_attempt, failed_addresses from contacts order by name"
    module = runpy.run_path(str(migrate.MIGRATIONS / "versions" / "0037_attempts.py"))
    with db.transaction() as session:
        new = session.execute(text(columns)).all()
        # as the rows stood before: every touch was a contact, and nothing was marked
        session.execute(text("update activities set failed_address = null"))
        session.execute(
            text("""
            update contacts c set last_attempt = null, failed_addresses = '{}', last_contacted =
                (select max(happened_at) from activities a where a.contact_id = c.id and a.outcome <> 'CANCELLED')
        """)
        )
        assert session.execute(text(columns)).all() != new
        for statement in module["SQL"].split(";"):
            if "\nUPDATE " in statement:
                session.execute(text(statement))
        assert session.execute(text(columns)).all() == new
    assert [row.failed_addresses for row in new] == [[], ["+493012345"], ["jane@acme.example"], []]
