"""A bank full of people, written in one statement: `fill(ada, 5_000)`; and what the database is asked meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import event, text

from app import db
from app.models import User

FILL = text("""
insert into contacts (id, created_at, updated_at, user_id, name, given_name, family_name, sort_name, search_text,
                      emails, phones, notes, tags, warmness_score, last_contacted, version)
select gen_random_uuid(), now() - n * interval '1 second', now(), :who, initcap(word) || ' ' || n, initcap(word), n::text,
       word || ' ' || n, word || ' ' || n || ' p' || n || '@crowd.example 49301' || lpad(n::text, 7, '0'),
       array['p' || n || '@crowd.example'], array['+49301' || lpad(n::text, 7, '0')], '', array['old'],
       n % 7, case when n % 3 > 0 then now() - n % 400 * interval '1 day' end, 1
from (select n, translate(md5(n::text), '0123456789abcdef', 'aeiourlnstmkdbpg') as word from generate_series(1, :many) n) each
returning id
""")


def fill(owner: User, many: int) -> list[UUID]:
    """So many contacts of that owner, committed; their ids."""
    with db.transaction() as session:
        ids = list(session.execute(FILL, {"who": owner.id, "many": many}).scalars())
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.execute(text("analyze contacts"))
    return ids


@contextmanager
def counted() -> Iterator[list[tuple[str, object]]]:
    """Every statement and its values, while the block runs."""
    asked: list[tuple[str, object]] = []

    def note(_line, _cursor, statement, values, *_):
        asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
