"""Which of the company's kinds of activities a meeting becomes there; one that is switched off is asked about, never replaced."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from app.models import ActivityType as Kind
from app.models import now
from app.sync.api.errors import Rejected
from app.sync.api.records import ActivityType
from app.sync.push.push_context import Push
from app.sync.queue.mapping_rules import MEETING
from app.sync.queue.outcome_errors import TYPE_OFF, Again, Closed

# how long a kind that is switched off is believed to be so without asking again
BELIEVED = timedelta(minutes=5)
SWITCHED_OFF = (
    "The activity type {name} is switched off in Pipedrive. "
    "A golden ticket chooses another one in Settings, Pipedrive; then this goes over by itself."
)


def meeting_type(push: Push) -> str:
    """The key of the type. Raises Closed where the chosen or usual one is switched off there, or gone."""
    line = push.line
    wanted = line.choices.type_for(Kind.MEETING)
    if wanted:
        return line.types.get(f"{line.account}:{wanted}", wanted)
    looked = f"{line.account}:looked"
    if line.types.get(looked, "") > (now() - BELIEVED).isoformat():
        raise _switched_off(push, line.choices.known)
    # what we know is up to a day old
    known = line.pipedrive.activity_types()
    fresh = replace(line.choices, known=tuple(known)).type_for(Kind.MEETING)
    if fresh is None:
        line.types[looked] = now().isoformat()
        raise _switched_off(push, known)
    return fresh


def type_refused(push: Push, sent: str, refusal: Rejected) -> Exception:
    """What follows when Pipedrive refuses a type: Again with the one it has now, Closed where it has none."""
    line = push.line
    known = line.pipedrive.activity_types()
    fresh = replace(line.choices, known=tuple(known)).type_for(Kind.MEETING)
    if fresh is None:
        return _switched_off(push, known)
    if fresh == sent:
        return refusal
    line.types[f"{line.account}:{sent}"] = fresh
    return Again()


def _switched_off(push: Push, known: Sequence[ActivityType]) -> Closed:
    key = push.line.choices.types.get(Kind.MEETING.value, MEETING)
    name = next((one.name for one in known if one.key == key), key.replace("_", " ").capitalize())
    return Closed(TYPE_OFF, SWITCHED_OFF.format(name=name))
