"""Field by field, what becomes of two contacts that are one person: what can be chosen, and what we would choose."""

from dataclasses import dataclass
from typing import Any

from app.errors import Conflict, Invalid
from app.models import Contact
from app.models.contact_fields import BY_NAME, FIELDS

ONE = ("keep", "drop")
BOTH = (*ONE, "both")
# the number of a person in Pipedrive is nothing that people type, but of two a person has to choose one
CHOICES = {field.name: BOTH if field.adds_up else ONE for field in FIELDS} | {"pipedrive_person_id": ONE}


@dataclass(frozen=True)
class FieldChoice:
    """What the two say about one thing, what can be chosen, and what we would (None: a person has to say)."""

    field: str
    keep: Any
    drop: Any
    choices: tuple[str, ...]
    choice: str | None


def find_differences(keep: Contact, drop: Contact) -> list[FieldChoice]:
    """The fields in which the two differ."""
    pairs = ((name, value(keep, name), value(drop, name)) for name in CHOICES)
    return [FieldChoice(name, ours, theirs, CHOICES[name], default_choice(name, ours, theirs))
            for name, ours, theirs in pairs if ours != theirs]  # fmt: skip


def decide_fields(keep: Contact, drop: Contact, said: dict[str, str]) -> dict[str, str]:
    """What was said, and our choice for the rest. Raises Invalid for a choice that there is not, and Conflict."""
    wrong = {name: "There is no such choice." for name, which in said.items() if which not in CHOICES.get(name, ())}
    if wrong:
        raise Invalid(fields=wrong)
    found = {one.field: said.get(one.field, one.choice) for one in find_differences(keep, drop)}
    if "pipedrive_person_id" in found and found["pipedrive_person_id"] is None:
        raise Conflict(warning(keep, drop))
    return {name: which for name, which in found.items() if which}


def warning(keep: Contact, drop: Contact) -> str | None:
    """A sentence when the two are different persons in Pipedrive, so that somebody has to choose one; else None."""
    ours, theirs = keep.pipedrive_person_id, drop.pipedrive_person_id
    if ours is None or theirs is None or ours == theirs:
        return None
    return (
        f"Both are in Pipedrive, as persons {ours} and {theirs}. Say which one this contact stays, "
        "and merge the two in Pipedrive as well."
    )


def apply_choice(keep: Contact, drop: Contact, name: str, which: str) -> None:
    """Write one decision into the contact that is kept. Raises Invalid when both together are too much."""
    if which == "keep":
        return
    if name == "organisation":
        keep.organisation, keep.organisation_id = drop.organisation, drop.organisation_id
        keep.pipedrive_org_id = drop.pipedrive_org_id
        return
    theirs = getattr(drop, name)
    if which == "drop":
        setattr(keep, name, theirs)
        return
    field = BY_NAME[name]
    found = field.together(getattr(keep, name), theirs)
    if len(found) > field.most:
        sentence = f"Both together are more than {field.most:,} {name if field.many else 'characters'}. Choose one."
        raise Invalid(sentence, {name: sentence})
    setattr(keep, name, found)


def preview_choice(one: FieldChoice, which: str) -> Any:
    """What the contact that is kept would say with that choice."""
    if which == "both":
        return BY_NAME[one.field].together(one.keep, one.drop)
    return one.drop if which == "drop" else one.keep


def value(contact: Contact, name: str) -> Any:
    """What a contact says; of its organisation, which has to be loaded, the name."""
    return BY_NAME[name].value(contact) if name in BY_NAME else getattr(contact, name)


def default_choice(name: str, ours: Any, theirs: Any) -> str | None:
    """What we would choose: nothing is lost, the warmer one is right, and Pipedrive is for a person to decide."""
    if not theirs:
        return "keep"
    if not ours:
        return "drop"
    if "both" in CHOICES[name]:
        return "both"
    if name == "warmness_score":
        return "drop" if theirs > ours else "keep"
    return None if name == "pipedrive_person_id" else "keep"
