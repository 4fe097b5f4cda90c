"""What colleagues hang on records in Pipedrive: notes, files, more participants of a deal; and the counters of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.practice.store import Record, Store

OWN_KEY = {"persons": "person_id", "organizations": "org_id", "deals": "deal_id"}


@dataclass
class Attachments:
    """Notes and files name what they hang on by its key; `participants` are pairs of deal and person."""

    notes: list[Record] = field(default_factory=list)
    files: list[Record] = field(default_factory=list)
    participants: list[list[int]] = field(default_factory=list)

    def add_note(self, user_id: int, stamp: str, content: str, where: Record) -> Record:
        blank: Record = {"id": len(self.notes) + 1, "user_id": user_id, "content": content, "active_flag": True,
                         "add_time": stamp, "update_time": stamp, "deal_id": None, "lead_id": None, "org_id": None,
                         "person_id": None}  # fmt: skip
        self.notes.append(blank | where)
        return self.notes[-1]

    def add_file(self, user_id: int, stamp: str, name: str, where: Record) -> Record:
        blank: Record = {"id": len(self.files) + 1, "user_id": user_id, "name": name, "file_name": name,
                         "active_flag": True, "add_time": stamp, "update_time": stamp, "deal_id": None,
                         "lead_id": None, "org_id": None, "person_id": None}  # fmt: skip
        self.files.append(blank | where)
        return self.files[-1]

    def counts(self, store: Store, kind: str, record: Record) -> dict[str, int]:
        """Every counter of a person, an organization or a deal, by the name that `include_fields` calls it."""
        number, key = record["id"], OWN_KEY[kind]
        deals = list(store.alive("deals"))
        own = [deal for deal in deals if deal.get(key) == number]
        taking_part = [deal for deal in deals if [deal["id"], number] in self.participants]
        activities = [one for one in store.alive("activities") if _is_about(one, kind, number)]
        return {
            "open_deals_count": _open(own),
            "closed_deals_count": len(own) - _open(own),
            "participant_open_deals_count": _open(taking_part),
            "participant_closed_deals_count": len(taking_part) - _open(taking_part),
            "participants_count": sum(deal == number for deal, _ in self.participants) + bool(record.get("person_id")),
            "people_count": sum(person["org_id"] == number for person in store.alive("persons")),
            "email_messages_count": 0,
            "activities_count": len(activities),
            "files_count": sum(file[key] == number for file in self.files),
            "notes_count": sum(note[key] == number for note in self.notes),
        }

    def merge(self, key: str, id: int, into: int) -> None:
        """What hung on a person or an organization hangs on the one that stays."""
        for row in (*self.notes, *self.files):
            row[key] = into if row[key] == id else row[key]
        for pair in self.participants if key == "person_id" else ():
            pair[1] = into if pair[1] == id else pair[1]

    def forget_person(self, id: int) -> None:
        self.notes = [note for note in self.notes if note["person_id"] != id]
        self.files = [file for file in self.files if file["person_id"] != id]
        self.participants = [pair for pair in self.participants if pair[1] != id]

    def dump(self) -> dict[str, Any]:
        return {"notes": self.notes, "files": self.files, "participants": self.participants}

    def load(self, snapshot: dict[str, Any]) -> None:
        self.notes, self.files = list(snapshot.get("notes", [])), list(snapshot.get("files", []))
        self.participants = [list(pair) for pair in snapshot.get("participants", [])]


def _is_about(activity: Record, kind: str, number: int) -> bool:
    """A person counts as any participant, not only as the primary one."""
    if kind == "persons":
        return any(row["person_id"] == number for row in activity["participants"])
    return bool(activity[OWN_KEY[kind]] == number)


def _open(deals: Iterable[Record]) -> int:
    return sum(deal["status"] == "open" for deal in deals)
