"""A newer address book is held against an older one: who is whom is right nearly always, and seldom asked without need."""

from collections import Counter

import pytest
from sqlalchemy import text

from app import db
from app.models import User
from app.services.imports import import_files, planner
from app.services.imports.planner import Fate, Wishes
from tests.support import address_book
from tests.support.address_book import ASK, OTHER, SAME
from tests.support.imported_files import take_files


def judged(who, book):
    """What the newer file's rows were taken for, by kind: `(kind, right, said)`."""
    assert take_files(who, ("older.csv", address_book.as_csv(book.older))).new == len(book.older)
    sheets = import_files.read_files([("newer.csv", address_book.as_csv(book.newer))], strict=True)
    with db.reading() as session:
        session.execute(text("set local idle_in_transaction_session_timeout = '600s'"))
        plan = planner.make_plan(session, session.get_one(User, who.id), sheets, Wishes(), lambda _: None, lock=False)
    said = {Fate.ADDS: OTHER, Fate.ASKED: ASK, Fate.FILLS: SAME, Fate.NOTHING_NEW: SAME}
    assert plan.errors == []
    names = [row["Name"] for row in book.older]
    for row, (kind, right) in zip(plan.rows, book.truth, strict=True):
        yield kind, right, said[row.fate]
    assert len(names) == len(plan.rows)


def figures(found):
    """Precision and recall of "same person", where a question is neither; and how many traps were asked about without need."""
    counts = Counter(found)
    same = sum(n for (_, right, said), n in counts.items() if said == SAME)
    hit = sum(n for (_, right, said), n in counts.items() if said == right == SAME)
    decided = sum(n for (_, right, said), n in counts.items() if right == SAME and said != ASK)
    traps = {key: n for key, n in counts.items() if key[0] != "unchanged" and key[1] != ASK}
    asked = sum(n for (_, _, said), n in traps.items() if said == ASK)
    return hit / same, hit / decided, asked / sum(traps.values()), counts


@pytest.mark.parametrize(
    ("people", "traps"), [(300, 100), pytest.param(5_000, 400, marks=pytest.mark.sweep(whole=True))]
)
def test_who_is_who_in_a_newer_address_book(ada, people, traps):
    precision, recall, asked, counts = figures(judged(ada, address_book.made(people, traps, 7)))
    for (kind, right, said), n in sorted(counts.items()):
        print(f"{kind:24} right: {right:6} said: {said:6} {n:5}")
    print(f"precision {precision:.4f}, recall {recall:.4f}, traps asked about without need {asked:.1%}")
    assert precision >= 0.995
    assert recall >= 0.98
    assert asked <= 0.15
    assert all(said == ASK for (kind, right, said) in counts if right == ASK)
