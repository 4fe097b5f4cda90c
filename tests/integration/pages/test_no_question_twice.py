"""No screen asks the database the same question twice while it loads: the same statement with the same values."""

from collections import Counter

import pytest

from app import db
from app.models import ActivityDraft, ActivityType, Trigger, User
from app.services.activities import activity_log, pending_outcomes
from app.services.push_queue import push_jobs
from tests.support import statement_table, world
from tests.support.database_reset import emptied
from tests.support.page_access import STATUSES
from tests.support.page_loads import loaded

# who acts is read anew by every question, so that a revoked role ends at once; a page asks three or four
ACTING = "FROM users WHERE users.id = %(pk_1)s"
# how often at most, by screen and by words of the statement
AGAIN = {
    # each part of the screen asks for what it shows, and each verb whether the contact is this person's
    "/contacts/{cid}": {"FROM contacts": 3},
    # the address is looked up before the screen is drawn
    "/organisations/{oid}": {"FROM organisations WHERE organisations.id": 2},
    # each column of the board asks whether the campaign is this person's
    "/campaigns/{campaign_id}": {"FROM campaigns WHERE campaigns.id =": 9},
    # the list and its head are questions of their own, and each says how the line to Pipedrive is
    "/sync": {
        "FROM pipedrive_syncs": 2,
        "FROM sync_conflicts": 2,
        "FROM sync_lanes": 2,
    },
    "/settings/pipedrive": {"FROM sync_accounts": 3},
    # the bell of the frame and the page count what is unread
    "/notices": {"FROM notices": 2},
}
# what is drawn without the frame of the screens
PLAIN = ("/practice", "/second-step", "/logout")
SCREENS = [
    path
    for path, row in STATUSES.items()
    if row and row[0] == 303 and not path.endswith(".ics") and not path.startswith(PLAIN)
]


@pytest.fixture(autouse=True)
def _empty():
    """All of this is read only; every screen is loaded once."""


@pytest.fixture(scope="module")
def loads(url):
    """What each screen asked, for a golden ticket who also works as a consultant."""
    emptied(url)
    gwen = world.person("Gwen Gold", world.Role.GOLDEN_TICKET)
    jane = world.contact(gwen, "Jane Roe", organisation="ACME Ltd", email="jane@acme.example", warmness_score=5)
    john = world.contact(gwen, "John Berg", warmness_score=8)
    spring = world.campaign(gwen, holds=[jane, john])
    with db.transaction() as session:
        who = session.get_one(User, gwen.id)
        activity_log.log(session, who, jane.id, ActivityDraft(type=ActivityType.CALL))
        pending_outcomes.ask_outcome(session, who, john.id, ActivityType.CALL)
        push_jobs.enqueue(session, who, jane, Trigger.MANUAL)
    places = {"cid": jane.id, "campaign_id": spring.id, "oid": jane.organisation_id}
    found = loaded(url, gwen, *(path.format(**places) for path in SCREENS))
    assert {load.status for load in found} == {200}
    return {path: load.asked for path, load in zip(SCREENS, found, strict=True)}


def asked_again(asked):
    """The questions that were asked more than once, and how often; a setting is named by its key."""
    times = Counter(asked)
    return {
        f"{' '.join(statement.split())} {values}": often for (statement, values), often in times.items() if often > 1
    }


def allowed(path, question):
    """How often this may be asked there."""
    if ACTING in question:
        return 4
    for words, most in AGAIN.get(path, {}).items():
        table, _, key = words.partition(": ")
        if table in question and key in question:
            return most
    return 1


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_asks_nothing_twice(loads, path):
    assert [
        f"{often} times: {one}" for one, often in asked_again(loads[path]).items() if often > allowed(path, one)
    ] == []


@pytest.mark.parametrize(("path", "words"), [(path, words) for path, known in AGAIN.items() for words in known])
def test_what_may_be_asked_again_still_is(loads, path, words):
    table, _, key = words.partition(": ")
    assert any(table in one and key in one for one in asked_again(loads[path]))


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_asks_no_more_than_its_number(loads, path):
    assert len(loads[path]) <= statement_table.SCREENS[path]
