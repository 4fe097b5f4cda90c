"""A bank full of people, written in one statement: `fill(ada, 5_000)`; and what the database is asked meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import event, text

from app import db
from app.models import User

# a statement ends after 30 seconds, and a busy machine is slow
AT_ONCE = 10_000

FILL = text("""
insert into contacts (id, created_at, updated_at, user_id, name, given_name, family_name, sort_name, search_text,
                      emails, phones, notes, tags, warmness_score, last_contacted, version)
select gen_random_uuid(), now() - n * interval '1 second', now(), :who, initcap(word) || ' ' || n, initcap(word), n::text,
       word || ' ' || n, word || ' ' || n || ' p' || n || '@crowd.example 49301' || lpad(n::text, 7, '0'),
       array['p' || n || '@crowd.example'], array['+49301' || lpad(n::text, 7, '0')], '', array['old'],
       n % 7, case when n % 3 > 0 then now() - n % 400 * interval '1 day' end, 1
from (select n, translate(md5(n::text), '0123456789abcdef', 'aeiourlnstmkdbpg') as word from generate_series(cast(:first as int), cast(:last as int)) n) each
returning id
""")


def fill(owner: User, many: int) -> list[UUID]:
    """So many contacts of that owner, committed; their ids."""
    ids: list[UUID] = []
    for first in range(1, many + 1, AT_ONCE):
        with db.transaction() as session:
            asked = {"who": owner.id, "first": first, "last": min(many, first + AT_ONCE - 1)}
            ids += session.execute(FILL, asked).scalars()
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
