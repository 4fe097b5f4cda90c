"""The state of a Pipedrive company in memory; `request_handler` answers requests with it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.practice import attachments, records, users
from app.practice.attachments import Attachments
from app.practice.limits import Limits
from app.practice.records import timestamp
from app.practice.store import Record, Store


class Company:
    """Users, records and limits of one company; safe to call from several threads.

    `clock` and `lag` (how long a write stays invisible to search) are for tests.
    """

    def __init__(
        self,
        domain: str = "practice",
        name: str = "Practice company",
        id: int = 7_700_001,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        lag: timedelta = timedelta(0),
        limits: Limits | None = None,
    ) -> None:
        self.domain, self.name, self.id = domain, name, id
        self.limits = limits or Limits()
        self.people = users.People()
        self.store = Store(lag)
        self.clock = clock
        self.types = users.activity_types()
        self.fields = {kind: users.standard_fields(kind) for kind in ("persons", "organizations")}
        self.attachments = Attachments()
        self.leads: dict[str, Record] = {}
        self.last_lead = 0
        self.webhooks: dict[int, Record] = {}
        self.lock = threading.RLock()

    def add_user(self, key: str, name: str, email: str | None = None, *, admin: bool = False) -> int:
        """Let somebody in with a key; returns their user id."""
        address = email or f"{name.lower().replace(' ', '.')}@{self.domain}.example"
        return self.people.add(key, name, address, admin=admin).id

    def replace_key(self, old: str, new: str | None) -> None:
        """Give a user another key, or none; the old one is dead at once."""
        with self.lock:
            person = self.people.by_key.pop(old)
            if new is not None:
                self.people.by_key[new] = person

    def records(self, kind: str) -> list[Record]:
        """Everything of a kind, the deleted ones too."""
        with self.lock:
            return self.store.all(kind)

    def record(self, kind: str, id: int) -> Record | None:
        return next((record for record in self.records(kind) if record["id"] == id), None)

    def remove(self, kind: str, id: int) -> None:
        """Somebody deletes a record in Pipedrive's own screens."""
        self.edit(kind, id, is_deleted=True)

    def edit(self, kind: str, id: int, **changes: Any) -> None:
        """Somebody changes a record in Pipedrive's own screens."""
        with self.lock:
            moment = self.clock()
            record = self.store.rows[kind][id].record
            self.store.put(kind, records.changed(kind, record, changes, timestamp(moment)), moment)

    def merge(self, kind: str, id: int, into: int) -> None:
        """Somebody merges two records: `id` goes, and what hung on it moves to `into`."""
        with self.lock:
            moved = [row["id"] for row in self.store.alive("activities")]
            for number in moved:
                record = self.store.rows["activities"][number].record
                if kind == "organizations" and record["org_id"] == id:
                    self.edit("activities", number, org_id=into)
                if kind == "persons" and any(row["person_id"] == id for row in record["participants"]):
                    self.edit("activities", number, participants=records.merged(record["participants"], id, into))
            for person in self.store.alive("persons") if kind == "organizations" else []:
                if person["org_id"] == id:
                    self.edit("persons", person["id"], org_id=into)
            key = attachments.OWN_KEY[kind]
            for deal in self.store.alive("deals"):
                if deal[key] == id:
                    self.edit("deals", deal["id"], **{key: into})
            for lead in self.leads.values():
                lead_key = "organization_id" if kind == "organizations" else key
                lead[lead_key] = into if lead[lead_key] == id else lead[lead_key]
            self.attachments.merge(key, id, into)
            self.remove(kind, id)

    def forget(self, kind: str, id: int) -> None:
        """Nothing is left of a record, nor of what hung on a person: not even a deletion that could be taken back."""
        with self.lock:
            self.store.rows[kind].pop(id, None)
            if kind != "persons":
                return
            for other in ("activities", "deals"):
                about = [row["id"] for row in self.store.all(other) if records.is_about_person(row, id)]
                for number in about:
                    self.store.rows[other].pop(number)
            self.leads = {key: lead for key, lead in self.leads.items() if lead["person_id"] != id}
            self.attachments.forget_person(id)

    def dump(self) -> dict[str, Any]:
        """Everything worth keeping, as plain JSON."""
        with self.lock:
            return {
                "version": 1,
                "company": {"id": self.id, "domain": self.domain, "name": self.name},
                "people": self.people.dump(),
                "fields": self.fields,
                "spent": {"day": self.limits.day, "tokens": self.limits.spent},
                "last_lead": self.last_lead,
                "leads": list(self.leads.values()),
                "webhooks": list(self.webhooks.values()),
                **self.attachments.dump(),
                **self.store.dump(),
            }

    def load(self, snapshot: dict[str, Any]) -> None:
        """Become what `dump` once described; raises KeyError or ValueError on anything else."""
        if snapshot["version"] != 1:
            raise ValueError("This practice company was kept by another version.")
        with self.lock:
            self.id, self.domain = snapshot["company"]["id"], snapshot["company"]["domain"]
            self.name = snapshot["company"]["name"]
            self.people.load(snapshot["people"])
            self.fields = {kind: list(snapshot["fields"][kind]) for kind in ("persons", "organizations")}
            self.limits.day, self.limits.spent = snapshot["spent"]["day"], int(snapshot["spent"]["tokens"])
            self.last_lead = int(snapshot.get("last_lead", 0))
            self.leads = {row["id"]: row for row in snapshot.get("leads", [])}
            self.webhooks = {row["id"]: row for row in snapshot.get("webhooks", [])}
            self.attachments.load(snapshot)
            self.store.load(snapshot)
