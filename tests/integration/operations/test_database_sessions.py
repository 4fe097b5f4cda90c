"""What a transaction leaves behind on its connection: plans that are kept, and never a change by a reading."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from app import db

# psycopg prepares a statement when it comes for the sixth time
OFTEN = 7


@pytest.mark.parametrize("begun", [db.reading, db.transaction], ids=["reading", "transaction"])
def test_what_is_asked_often_is_planned_once(database, begun):
    for _ in range(OFTEN):
        with begun() as session:
            session.scalar(text("select 'kept plan'"))
    with begun() as session:
        kept = session.scalars(text("select statement from pg_prepared_statements")).all()
    assert "select 'kept plan'" in kept


def test_a_reading_writes_nothing(database):
    with pytest.raises(InternalError, match="read-only"), db.reading() as session:
        session.execute(text("insert into settings (key, value) values ('written', '1')"))
    with db.reading() as session:
        assert session.scalar(text("select count(*) from settings where key = 'written'")) == 0
