"""Models and migrations describe the same tables, and strangers' schemas are refused."""

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app import db, migrate


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
