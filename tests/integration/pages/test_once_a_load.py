"""A load of Today asks each of its questions once: for the first paint and for the screen itself."""

import pytest

from app import db
from app.models import ActivityType
from app.services.activities import pending_outcomes
from tests.support import world
from tests.support.database_reset import emptied
from tests.support.page_loads import loaded

ONCE = {
    "suggestions": "with candidates as",
    "what still wants an answer": "FROM owed_answers",
}


@pytest.fixture(autouse=True)
def _empty():
    """All of this is read only; the page is loaded once."""


@pytest.fixture(scope="module")
def load(url):
    emptied(url)
    ada = world.person("Ada Lind")
    world.contact(ada, "Jane Roe", warmness_score=5)
    called = world.contact(ada, "John Berg")
    with db.transaction() as session:
        pending_outcomes.ask_outcome(session, ada, called.id, ActivityType.CALL)
    return loaded(url, ada, "/")[0]


@pytest.mark.parametrize("question", ONCE)
def test_today_asks_once_a_load(load, question):
    assert sum(ONCE[question] in statement for statement, _ in load.asked) == 1


def test_the_one_answer_is_on_the_first_paint_and_on_the_screen(load):
    html = load.html
    screen = html.index('id="app"')
    for part in (html[html.index('id="pd-first"') : screen], html[screen:]):
        assert "Jane Roe" in part
        assert "Did you reach John Berg?" in part
