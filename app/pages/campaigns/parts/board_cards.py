"""Contacts on a board: what a card says, and the element that holds the columns, however long they are."""

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from nicegui.element import Element

from app.models import ACTIVITY_LABELS, Stage, now
from app.pages.ui import theme
from app.services.campaigns.board import BoardCard

STAGES = {
    Stage.TO_CONTACT: "To contact",
    Stage.CONTACTED: "Contacted",
    Stage.IN_DIALOGUE: "In dialogue",
    Stage.MEETING_BOOKED: "Meeting booked",
    Stage.HANDED_OVER: "Handed over",
    Stage.NOT_NOW: "Not now",
}
# in these nobody waits for anything
RESTING = frozenset({Stage.HANDED_OVER, Stage.NOT_NOW})
AGING, OLD = timedelta(days=14), timedelta(days=30)

Tile = dict[str, Any]


def board_tile(card: BoardCard, me: UUID, zone: str) -> Tile:
    """A contact as the board's element wants it; the owner is named where it is a colleague."""
    return {
        "id": str(card.contact_id),
        "i": theme.initials(card.name),
        "w": card.warmness,
        "t": theme.tone(card.warmness),
        "n": card.name,
        "s": firm_and_owner(card, me),
        "l": last_touch(card, zone),
        "next": next_plan(card, zone),
        "late": bool(card.next_due and card.next_due < now()),
        "a": theme.ago(card.stage_at, zone),
        "age": stage_age(card),
    }


def firm_and_owner(card: BoardCard, me: UUID) -> str:
    return " · ".join(filter(None, (card.organisation, None if card.owner_id == me else card.owner_name)))


def last_touch(card: BoardCard, zone: str) -> str:
    if card.last_touch_at is None:
        return "No touch yet"
    what = ACTIVITY_LABELS[card.last_touch_type] if card.last_touch_type else "Touch"
    return f"{what} · {theme.ago(card.last_touch_at, zone)}"


def next_plan(card: BoardCard, zone: str) -> str:
    """`Call tomorrow`, `Call overdue since Thu 26 Nov`; empty where nothing is planned."""
    if card.next_due is None:
        return ""
    what = ACTIVITY_LABELS[card.next_type] if card.next_type else "Touch"
    day = theme.mid_sentence(theme.day_word(card.next_due, zone))
    return f"{what} overdue, {day}" if card.next_due < now() else f"{what} {day}"


def stage_age(card: BoardCard) -> str:
    """The tint of a card: how long it has waited in a stage where somebody should move it on."""
    waited = now() - card.stage_at
    if card.stage in RESTING or waited < AGING:
        return ""
    return "old" if waited >= OLD else "aging"


@dataclass
class Column:
    """One stage as it is shown: how many there are in all, and the cards of the pages that are loaded."""

    id: str
    name: str
    count: int
    more: bool
    cards: list[Tile] = field(default_factory=list)
    hint: str = "Nobody here"


class Board(Element, component=theme.COMPONENTS / "board.js"):
    """Emits `open` (a contact), `more` (a stage) and `move` ({id, stage}); the browser moves a card at once."""

    def __init__(self, columns: list[Column]) -> None:
        super().__init__()
        # a text, not a list: NiceGUI wraps every nested dict, about 1 KB a card
        self.props["initial"] = json.dumps([asdict(column) for column in columns])
        self.props["menuIcon"] = theme.icon("ellipsis")
        self.shown = {column.id: _state(column) for column in columns}

    def more(self, column: Column) -> None:
        """The next page of one column; `column.cards` holds only what is new."""
        _, _, marks = self.shown[column.id]
        self.shown[column.id] = (column.count, column.more, marks | _state(column)[2])
        self.run_method("append", column.id, column.cards, column.more)

    def renew(self, columns: list[Column], *, everything: bool = False) -> None:
        """The same board after some news: only what differs travels.

        `everything` puts back what the browser moved and the server refused.
        """
        known = {} if everything else {id_: mark for _, _, marks in self.shown.values() for id_, mark in marks.items()}
        states = {column.id: _state(column) for column in columns}
        news = [
            {
                "id": column.id,
                "count": column.count,
                "more": column.more,
                "order": list(states[column.id][2]),
                "changed": [card for card in column.cards if known.get(card["id"]) != states[column.id][2][card["id"]]],
            }
            for column in columns
            if everything or _told(self.shown[column.id]) != _told(states[column.id])
        ]
        self.shown = states
        if news:
            self.run_method("renew", news)


State = tuple[int, bool, dict[str, int]]


def _state(column: Column) -> State:
    """What the browser has been told of a column: its size, and its cards in order, each as a number to compare with."""
    return column.count, column.more, {card["id"]: hash(json.dumps(card)) for card in column.cards}


def _told(state: State) -> tuple[int, bool, list[tuple[str, int]]]:
    """Two columns with the same cards in another order are not the same."""
    count, more, marks = state
    return count, more, list(marks.items())
