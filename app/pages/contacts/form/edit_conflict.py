"""Edit conflicts: what was typed beside what stands there now, decided field by field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from nicegui import ui

from app.models import are_two_companies, organisation_key
from app.models.contact_fields import BY_NAME, ON_SCREEN
from app.pages.contacts.parts import fact_labels
from app.pages.ui import basic
from app.pages.ui.side_by_side import Side, SideBySide

SHOWN = [field.name for field in ON_SCREEN]
CHOOSE = "Choose first for each field what is to stand."

Facts = dict[str, Any]


@dataclass(frozen=True)
class FieldConflict:
    """One field that is said in two ways; `choice` is mine, theirs or both, None as long as nobody said."""

    field: str
    mine: Any
    theirs: Any
    choice: str | None

    @property
    def choices(self) -> tuple[str, ...]:
        together = self.mine and self.theirs and BY_NAME[self.field].adds_up
        return ("mine", "theirs", "both") if together else ("mine", "theirs")

    def value(self, choice: str) -> Any:
        if choice == "both":
            return BY_NAME[self.field].together(self.theirs, self.mine)
        return self.mine if choice == "mine" else self.theirs


def find_conflicts(base: Facts, mine: Facts, theirs: Facts) -> list[FieldConflict]:
    """What somebody else changed since `base` was read; where nothing was typed here, their word is taken unless one objects."""
    changed = (name for name in SHOWN if theirs[name] != base[name] and _differ(name, mine, theirs))
    return [
        FieldConflict(name, mine[name], theirs[name], "theirs" if mine[name] == base[name] else None)
        for name in changed
    ]


def compare_with_duplicate(mine: Facts, theirs: Facts) -> list[FieldConflict]:
    """What was typed for somebody new, laid beside the contact that it turned out to be about."""
    differ = (name for name in SHOWN if mine[name] and theirs[name] and _differ(name, mine, theirs))
    found = [FieldConflict(name, mine[name], theirs[name], "theirs") for name in differ]
    return [replace(one, choice="both") if "both" in one.choices else one for one in found]


def _differ(name: str, mine: Facts, theirs: Facts) -> bool:
    """Two spellings of one organisation say the same."""
    if name == "organisation" and mine[name] and theirs[name]:
        same = organisation_key(mine[name]) == organisation_key(theirs[name])
        return not same or are_two_companies(mine[name], theirs[name])
    return bool(mine[name] != theirs[name])


class ConflictChoices:
    """The fields that are said in two ways, to be decided one by one; `on_choose` hears of each field and its value."""

    def __init__(self, title: str, fields: Sequence[FieldConflict], on_choose: Callable[[str, Any], Any]) -> None:
        self.fields, self.on_choose = {one.field: one for one in fields}, on_choose
        self.chosen = {one.field: one.choice for one in fields}
        with ui.element("div").classes("pd-card pd-decisions").mark("decisions"):
            basic.text(title, "pd-strong")
            for one in fields:
                words = {"mine": "Your version", "theirs": "Current version", "both": "Both"}
                sides = [
                    Side(key, words[key], fact_labels.fact_words(one.field, one.value(key))) for key in one.choices
                ]
                SideBySide(fact_labels.LABELS[one.field], sides, one.choice, partial(self.choose, one.field))

    def choose(self, field: str, choice: str) -> None:
        self.chosen[field] = choice
        self.on_choose(field, self.fields[field].value(choice))

    @property
    def is_open(self) -> bool:
        return None in self.chosen.values()
