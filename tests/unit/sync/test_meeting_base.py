"""A meeting that was made there and never read since: what a colleague typed meanwhile is told from what we sent."""

from datetime import timedelta

import pytest

from app.models import Activity, ActivityType, Outcome, now
from app.sync.links.three_way_merge import Verdict, merge_fields
from app.sync.push import meeting_fields

WHOM = {"person_id": 1, "org_id": None}
# as a removal and as the answers that call it off leave it
OFF = {"removed": {"deleted_at": now()}, "cancelled": {"done": True, "outcome": Outcome.CANCELLED}}


def meeting(**facts):
    due = now() + timedelta(days=1)
    return Activity(type=ActivityType.MEETING, subject="Kick-off", due_date=due, duration_minutes=45, **facts)


def subject_verdict(was, here, there):
    sent = meeting_fields.digest(meeting_fields.parts(was, WHOM))
    ours = meeting_fields.ours(here)
    stood = meeting_fields.ours(was) | {"subject": there}
    base = meeting_fields.first_base(sent, meeting_fields.parts(here, WHOM), ours, stood)
    return merge_fields(meeting_fields.FIELDS, base, ours, stood)["subject"], base


@pytest.mark.parametrize("off", OFF)
def test_what_was_typed_there_before_it_was_called_off_here_is_not_written_over(off):
    was = meeting()
    here = was.model_copy(update=OFF[off])
    verdict, base = subject_verdict(was, here, "Kick-off with the board")
    assert verdict is Verdict.ASK
    assert (base.ours["subject"], base.theirs["subject"]) == ("Kick-off", "Kick-off")
    assert subject_verdict(was, here, "Kick-off")[0] is Verdict.SEND
