"""The same files in plain tables, with the indexes that the floor's statements want."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import httpx
import psycopg

from scripts.bench.queries import FEED, LIST, ONE, PART, SEARCH, SUGGEST, TOUCH

TABLES = """
create extension if not exists pg_trgm;
drop schema if exists floor cascade;
create schema floor;
create table floor.people (id int primary key, owner_id int, first_name text, last_name text, email text, phone text, title text,
    organisation_id int, organisation text, warmness int, last_contacted timestamptz, created_at timestamptz, linkedin_url text);
create table floor.touches (id bigint primary key, contact_id int, user_id int, campaign_id int, type text, outcome text,
    subject text, note text, occurred_at timestamptz);
"""
INDEXES = """
create index on floor.people (created_at desc, id desc);
create index on floor.people using gin ((lower(first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, ''))) gin_trgm_ops);
create index on floor.touches (contact_id, occurred_at desc);
create sequence floor.touch_id;
select setval('floor.touch_id', (select max(id) from floor.touches));
"""


def load(url: str, csv: Path) -> None:
    """Load contacts and touches into the schema `floor`."""
    with psycopg.connect(url, autocommit=True) as line:
        line.execute(TABLES)
        for table, name in (("people", "contacts"), ("touches", "activities")):
            with (csv / f"{name}.csv").open("rb") as file:
                columns = file.readline().decode().strip()
                with line.cursor().copy(f"copy floor.{table} ({columns}) from stdin (format csv)") as copy:  # type: ignore[arg-type]
                    while part := file.read(1 << 20):
                        copy.write(part)
        line.execute(INDEXES)
        line.execute("vacuum analyze floor.people")
        line.execute("vacuum analyze floor.touches")


def asks(bare: httpx.Client, most: int, names: list[str], words: list[str]) -> dict[str, Callable[[int], None]]:
    """For each everyday question what the floor is asked: suggestions and the feed are 50 rows in their order there, too."""
    dice = Random(7)

    def get(path: Callable[[], str]) -> Callable[[int], None]:
        return lambda _: bare.get(path()).raise_for_status() and None

    def write(_: int) -> None:
        said = {"contact_id": dice.randint(1, most), "type": "CALL", "outcome": "REACHED"}
        bare.post("/touches", json=said).raise_for_status()

    whole = get(lambda: "/people")
    return {
        SUGGEST: whole,
        LIST: whole,
        FEED: whole,
        SEARCH: get(lambda: f"/people?q={dice.choice(names)}"),
        PART: get(lambda: f"/people?q={dice.choice(words)}"),
        ONE: get(lambda: f"/people/{dice.randint(1, most)}"),
        TOUCH: write,
    }
