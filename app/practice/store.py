"""The company's shelves: records by kind and number, soft deletion, and a search index that may lag behind."""

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

KINDS = ("organizations", "persons", "activities", "deals")
KEPT_AFTER_DELETION = timedelta(days=30)

Record = dict[str, Any]


@dataclass
class Row:
    """A record, and what the search index still believes about it until it catches up."""

    record: Record
    written: datetime
    before: Record | None = None


@dataclass
class Store:
    lag: timedelta = timedelta(0)
    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    last_id: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    def next_id(self, kind: str) -> int:
        self.last_id[kind] += 1
        return self.last_id[kind]

    def put(self, kind: str, record: Record, moment: datetime) -> Record:
        """Write a record; search keeps the older text until `lag` has passed."""
        old = self.rows[kind].get(record["id"])
        before = None if old is None else self._indexed(old, moment)
        self.rows[kind][record["id"]] = Row(record, moment, before)
        return record

    def get(self, kind: str, id: int, moment: datetime) -> Record | None:
        """Return a record, a deleted one too until thirty days have passed."""
        row = self.rows[kind].get(id)
        if row is None or (row.record["is_deleted"] and moment - row.written >= KEPT_AFTER_DELETION):
            return None
        return row.record

    def all(self, kind: str) -> list[Record]:
        return [copy.deepcopy(row.record) for _, row in sorted(self.rows[kind].items())]

    def alive(self, kind: str) -> list[Record]:
        return [row.record for _, row in sorted(self.rows[kind].items()) if not row.record["is_deleted"]]

    def deleted(self, kind: str, moment: datetime) -> list[Record]:
        """What was deleted lately, as long as it is kept."""
        kept = (row for _, row in sorted(self.rows[kind].items()) if moment - row.written <= KEPT_AFTER_DELETION)
        return [row.record for row in kept if row.record["is_deleted"]]

    def searchable(self, kind: str, moment: datetime) -> list[Record]:
        """The records as the search index sees them now."""
        seen = (self._indexed(row, moment) for _, row in sorted(self.rows[kind].items()))
        return [record for record in seen if record is not None and not record["is_deleted"]]

    def _indexed(self, row: Row, moment: datetime) -> Record | None:
        return row.record if moment - row.written >= self.lag else row.before

    def dump(self) -> dict[str, Any]:
        return {"last_id": dict(self.last_id), "records": {kind: self.all(kind) for kind in KINDS}}

    def load(self, snapshot: dict[str, Any]) -> None:
        """Replace everything; a loaded record is searchable at once."""
        self.last_id = {kind: int(snapshot["last_id"].get(kind, 0)) for kind in KINDS}
        for kind in KINDS:
            records = copy.deepcopy(snapshot["records"].get(kind, []))
            self.rows[kind] = {
                record["id"]: Row(record, datetime.fromisoformat(record["update_time"]), record) for record in records
            }
