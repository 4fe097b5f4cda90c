"""A firm's worth of made-up data at once, by COPY: 100,000 contacts and 300,000 touches in well under a minute."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from app.demo.rows import Bulk, CsvLine, Rows, id_of
from app.errors import Conflict, Invalid, NotFound

FILES = ("users.csv", "contacts.csv", "campaigns.csv", "campaign_contacts.csv", "activities.csv")
STAGES: tuple[tuple[str, str, str], ...] = (
    ("users", "users.csv", "user"),
    ("organisations", "contacts.csv", "organisation"),
    ("contacts", "contacts.csv", "contact"),
    ("campaigns", "campaigns.csv", "campaign"),
    ("activities", "activities.csv", "activity"),
    ("campaign_contacts", "campaign_contacts.csv", "place"),
    ("campaign_moves", "campaign_contacts.csv", "move"),
    ("campaign_users", "campaign_contacts.csv", "member"),
)


def load(url: str, folder: Path, password_hash: str) -> dict[str, int]:
    """Put the files of a folder into the database, in one transaction; rows by table.

    `users.csv` and the others have the columns that the names in `rows.py` say; `meta.json` is checked when it is
    there. Raises NotFound for a missing file, Conflict when this data is loaded already.
    """
    for name in FILES:
        if not (folder / name).is_file():
            raise NotFound(f"There is no {name} in {folder}.")
    bulk = Bulk(password_hash)
    try:
        with psycopg.connect(url) as connection:
            counts = {
                table: _copied(connection, table, folder / name, getattr(bulk, rows)) for table, name, rows in STAGES
            }
            _check(folder, counts)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("analyze")
    except psycopg.errors.UniqueViolation:
        raise Conflict("This data, or people with the same e-mail addresses, are already there.") from None
    except (KeyError, ValueError) as wrong:
        raise Invalid(f"The files in {folder} are not the ones that we know: {wrong!r}.") from None
    return counts


def _copied(
    connection: "psycopg.Connection[Any]", table: str, file: Path, rows: Callable[[Iterator[CsvLine]], Rows]
) -> int:
    with file.open(newline="", encoding="utf-8") as lines:
        made = rows(csv.DictReader(lines))
        first = next(made, None)
        if first is None:
            return 0
        names = list(first)
        into = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        count = 1
        with connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.write_row([first[name] for name in names])
            for count, row in enumerate(made, 2):  # noqa: B007 - the last number is the count
                copy.write_row([row[name] for name in names])
    return count


def _check(folder: Path, counts: dict[str, int]) -> None:
    """The generator says how many rows there should be."""
    meta = folder / "meta.json"
    promised = json.loads(meta.read_text())["counts"] if meta.is_file() else {}
    for table, many in promised.items():
        if table != "organisations" and counts.get(table) != many:
            raise Invalid(f"meta.json promises {many} {table}, and there were {counts.get(table)}.")


__all__ = ["id_of", "load"]
