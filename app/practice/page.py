"""The practice company on one plain page, so that a pushed contact can be looked at."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from html import escape, unescape
from importlib.resources import files
from string import Template
from typing import Any

from app.practice.company import Company
from app.practice.store import Record

KINDS = {"organization": "organizations", "person": "persons", "activity": "activities"}
TITLES = {"organization": "Organizations", "person": "People", "activity": "Activities"}


@dataclass(frozen=True)
class Seen:
    """The company as one person may see it: `numbers` are their records by kind."""

    company: Company
    numbers: Mapping[str, AbstractSet[int]]

    def alive(self, kind: str) -> list[Record]:
        return [
            record
            for record in self.company.records(KINDS[kind])
            if not record["is_deleted"] and record["id"] in self.numbers[kind]
        ]

    def record(self, kind: str, id: int) -> Record | None:
        return self.company.record(KINDS[kind], id) if id in self.numbers[kind] else None

    def count_others(self, kind: str) -> int:
        alive = sum(not record["is_deleted"] for record in self.company.records(KINDS[kind]))
        return alive - len(self.alive(kind))


def render(
    company: Company,
    kind: str,
    id: int | None,
    numbers: Mapping[str, AbstractSet[int]],
    *,
    counts_others: bool = False,
    base: str = "/practice",
) -> str:
    """Draw one record, or the list of a kind, as a whole HTML page, of the records in `numbers` alone.

    `counts_others` says how many more there are. Raises KeyError for an unknown kind or record.
    """
    seen = Seen(company, numbers)
    if id is None:
        title, body = TITLES[kind], _table(seen, kind, base)
        if counts_others and (others := seen.count_others(kind)):
            body += f"<p>{others:,} more came from the banks of colleagues.</p>"
    elif found := seen.record(kind, id):
        title, body = _title(found), _card(seen, kind, found, base)
    else:
        raise KeyError(id)
    page = Template(files("app.practice").joinpath("page.html").read_text(encoding="utf-8"))
    return page.substitute(
        title=escape(title), company=escape(company.name), navigation=_navigation(seen, kind, base), body=body
    )


def _navigation(seen: Seen, kind: str, base: str) -> str:
    def entry(name: str) -> str:
        current = ' aria-current="page"' if name == kind else ""
        return f'<a href="{escape(base)}/{name}"{current}>{TITLES[name]} <b>{len(seen.alive(name))}</b></a>'

    return "".join(entry(name) for name in KINDS)


def _table(seen: Seen, kind: str, base: str) -> str:
    newest_first = seen.alive(kind)[::-1]
    if not newest_first:
        return "<p>Nothing here yet. Push a warm contact, then come back.</p>"
    rows = "".join(
        f"<tr><td>{_link(base, kind, record['id'], _title(record))}</td>"
        f"<td>{escape(_summary(kind, record))}</td><td>{escape(_when(record['update_time']))}</td></tr>"
        for record in newest_first
    )
    return f"<table><thead><tr><th>Name</th><th>Details</th><th>Changed</th></tr></thead><tbody>{rows}</tbody></table>"


def _card(seen: Seen, kind: str, record: Record, base: str) -> str:
    deleted = "<p class='deleted'>This record was deleted.</p>" if record["is_deleted"] else ""
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in _facts(seen, record, base))
    related = "".join(
        f"<li>{_link(base, name, other['id'], _title(other))}</li>" for name, other in _related(seen, kind, record)
    )
    return f"{deleted}<dl>{lines}</dl>" + (f"<h2>Belongs here</h2><ul>{related}</ul>" if related else "")


def _facts(seen: Seen, record: Record, base: str) -> list[tuple[str, str]]:
    shown: dict[str, Callable[[Any], str]] = {
        "org_id": lambda number: _named_link(seen, base, "organization", number),
        "person_id": lambda number: _named_link(seen, base, "person", number),
        "emails": _values,
        "phones": _values,
        "type": lambda name: escape(str(name).capitalize()),
        "due_date": lambda date: escape(f"{date} {(record['due_time'] or '')[:5]}".strip() + _utc(record)),
        "duration": lambda duration: escape(str(duration)[:5]),
        "done": lambda done: "Yes" if done else "No",
        "location": lambda place: escape(str(place["value"])),
        "address": lambda place: escape(str(place["value"])),
        "website": lambda text: escape(str(text)),
        "note": lambda note: escape(_plain(note)).replace("\n", "<br>"),
        "custom_fields": lambda fields: escape(", ".join(str(value) for value in fields.values())),
        "owner_id": lambda number: escape(_owner(seen.company, number)),
        "update_time": lambda moment: escape(_when(moment)),
    }
    filled = [(key, record[key]) for key in shown if record.get(key) not in (None, [], {}, "")]
    return [(_NAMES.get(key, key.capitalize()), shown[key](value)) for key, value in filled]


_NAMES = {
    "org_id": "Organization",
    "person_id": "Person",
    "emails": "E-mail",
    "phones": "Phone",
    "due_date": "Due",
    "custom_fields": "Own fields",
    "owner_id": "Owner",
    "update_time": "Changed",
}


def _related(seen: Seen, kind: str, record: Record) -> list[tuple[str, Record]]:
    key = {"organization": "org_id", "person": "person_id"}.get(kind)
    if key is None:
        return []
    return [
        (name, other) for name in ("person", "activity") for other in seen.alive(name) if other.get(key) == record["id"]
    ]


def _summary(kind: str, record: Record) -> str:
    if kind == "activity":
        return f"{record['type'].capitalize()}, {record['due_date'] or 'no date'}"
    return ", ".join(row["value"] for row in record.get("emails", []))


def _title(record: Record) -> str:
    return str(record.get("name") or record.get("subject"))


def _owner(company: Company, id: int) -> str:
    return next((person.name for person in company.people.by_key.values() if person.id == id), "Somebody who left")


def _named_link(seen: Seen, base: str, kind: str, id: int) -> str:
    record = seen.record(kind, id)
    return _link(base, kind, id, _title(record)) if record else "Of a colleague's bank"


def _link(base: str, kind: str, id: int, text: str) -> str:
    return f'<a href="{escape(base)}/{kind}/{id}">{escape(text)}</a>'


def _values(rows: list[dict[str, Any]]) -> str:
    return "<br>".join(escape(f"{row['value']} ({row['label']})") for row in rows)


def _plain(note: str) -> str:
    lines = re.sub(r"<br\s*/?>|</p>\s*(?=<p>)", "\n", note)
    return unescape(re.sub(r"<[^>]*>", "", lines))


def _utc(record: Record) -> str:
    return " UTC" if record["due_time"] else ""


def _when(stamp: str) -> str:
    return stamp.replace("T", " ")[:16] + " UTC"
