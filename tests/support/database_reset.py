"""An empty database for the next test, or one as it was: plain DELETEs, as a truncation of so many tables costs more.

After a test with many rows it is the other way round, and what is left of them would slow every later test.
"""

import psycopg
from sqlmodel import SQLModel

import app.models  # noqa: F401 - which makes the tables known

LARGE = 4 * 1024 * 1024
LARGEST = (
    "select max(pg_relation_size(oid)) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
)
# parents before children
TABLES = [table.name for table in SQLModel.metadata.sorted_tables]


def emptied(url):
    """Nothing of an earlier test is there."""
    put_back(url, {})


def kept(url):
    """Every row that is there, as COPY writes it, by table."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        return {name: rows for name in TABLES if (rows := _copied(cursor, name))}


def _copied(cursor, name):
    with cursor.copy(f"copy {name} to stdout") as lines:
        return b"".join(lines)


def put_back(url, rows):
    """What `kept` found, and nothing else."""
    try:
        _written(url, rows)
    except psycopg.OperationalError:  # a test ended everybody's lines, this one too
        hang_up()
        _written(url, rows)


# a new line knows no table yet: asking for all of them takes ten times as long as emptying them
_lines = {}


def _written(url, rows):
    if not (line := _lines.get(url)):
        line = _lines[url] = psycopg.connect(url)
    gone = "".join(f"delete from {name};" for name in reversed(TABLES))
    with line.transaction(), line.cursor() as cursor:
        large = cursor.execute(LARGEST).fetchone()[0] > LARGE
        words = f"truncate {', '.join(TABLES)};" if large else gone
        cursor.execute("set client_min_messages = warning; set constraints all deferred;" + words)
        for name, lines in rows.items():
            with cursor.copy(f"copy {name} from stdin") as copying:
                copying.write(lines)


def hang_up():
    while _lines:
        _lines.popitem()[1].close()
