"""The feed's cards: who, what kind, what came of it, when, for which campaign, and what can be done from there."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from nicegui.element import Element

from app.models import ACTIVITY_LABELS, ActivityType, auto_subject
from app.pages.activities.parts import touch_rows
from app.pages.ui import theme
from app.services.activities.timeline import Entry

NOTE = 160

Row = dict[str, Any]


class FeedCards(Element, component=theme.COMPONENTS / "feed.js"):
    """One element however long the feed is; it remembers what the browser shows, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, int] = {}
        self.props["icons"] = {
            verb: theme.icon(name)
            for verb, name in (("log", "check"), ("meet", "calendar-plus"), ("move", "clock"), ("edit", "pencil"))
        }

    def show(self, rows: list[Row]) -> None:
        self.known = _marks(rows)
        self.run_method("set", rows)

    def more(self, rows: list[Row]) -> None:
        self.known |= _marks(rows)
        self.run_method("append", rows)

    def fresh(self, rows: list[Row]) -> list[str]:
        """Which of the newest `rows` are not shown yet, though older ones are."""
        last = self._last(rows)
        return [row["id"] for row in rows[: last + 1 if self.known else None] if row["id"] not in self.known]

    def renew(self, rows: list[Row], *, but: Sequence[str] = ()) -> None:
        """The same cards after some news, those in `but` left out; what is shown below the last of them stays."""
        shown = list(self.known)
        last = self._last(rows)
        below = shown[shown.index(rows[last]["id"]) + 1 :] if last >= 0 else []
        rows = [row for row in rows if row["id"] not in but]
        marks = _marks(rows)
        kept = marks | {one: self.known[one] for one in below if one not in marks}
        changed = [row for row in rows if self.known.get(row["id"]) != marks[row["id"]]]
        order = None if list(kept) == shown else list(kept)
        self.known = kept
        if order is not None or changed:
            self.run_method("renew", order, changed)

    def _last(self, rows: list[Row]) -> int:
        return max((place for place, row in enumerate(rows) if row["id"] in self.known), default=-1)


def card_rows(entries: Sequence[Entry], zone: str, me: UUID, *, golden: bool = False) -> list[Row]:
    """As that person sees them; a golden ticket also opens colleagues' contacts that are in a campaign."""
    return [_card(entry, zone, me, opens=golden or entry.mine) for entry in entries]


def _card(entry: Entry, zone: str, me: UUID, *, opens: bool) -> Row:
    touch, name = entry.activity, entry.contact or "Somebody"
    said = touch_rows.outcome_word(touch.outcome, touch.type) if touch.outcome else None
    by = None if touch.user_id == me else entry.by
    board = f"/campaigns/{touch.campaign_id}" if touch.campaign_id else "/campaigns"
    note = " ".join(touch.note.split())
    over = touch_rows.is_over(touch)
    late = touch.is_overdue and not over
    badge = ("over", "wait") if over else ("overdue", "bad") if late else ("planned", "none")
    brought = f"brought {entry.whom}" if entry.whom else None
    return {
        "id": str(touch.id),
        "contact": str(touch.contact_id),
        "href": f"/contacts/{touch.contact_id}" if opens else board,
        "away": not opens,
        "n": name,
        "icon": theme.icon(touch_rows.TYPE_ICONS[touch.type]),
        "planned": not touch.done,
        "late": late,
        "s": " · ".join(filter(None, (ACTIVITY_LABELS[touch.type], said, brought, by))),
        # a subject that says no more than kind, name and outcome is not said twice
        "title": None if touch.subject == auto_subject(touch.type, name, touch.outcome) else touch.subject,
        "place": touch.location,
        "note": note[:NOTE] + "…" if len(note) > NOTE else note,
        "c": entry.campaign,
        "at": touch.moment.isoformat(),
        "exact": f"{theme.date_word(touch.moment, zone)} {theme.local(touch.moment, zone):%Y, %H:%M}",
        "day": theme.day_word(touch.moment, zone),
        "b": None if touch.done else badge[0],
        "bt": None if touch.done else badge[1],
        "acts": _acts(entry, name, me),
    }


def _acts(entry: Entry, name: str, me: UUID) -> list[tuple[str, str]]:
    """What this person may do from the card: a colleague's contact is reached for the campaign or not at all."""
    touch, reachable = entry.activity, entry.mine or entry.activity.campaign_id is not None
    mine = entry.mine or touch.user_id == me
    found = []
    if touch.done and reachable:
        found += [("log", f"Log activity with {name}"), ("meet", f"Book a meeting with {name}")]
    elif not touch.done and mine:
        found.append(("log", f"Log: {touch.subject}"))
        if touch.type is ActivityType.MEETING:
            found.append(("move", f"Move: {touch.subject}"))
    return [*found, ("edit", f"Edit: {touch.subject}")] if mine else found


def _marks(rows: list[Row]) -> dict[str, int]:
    """What the browser has been told of each card, in its order, as a number to compare with."""
    return {row["id"]: hash(json.dumps(row)) for row in rows}
