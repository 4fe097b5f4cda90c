"""What both sides of a record last agreed on: the base of a three-way merge, stored as JSON on the link.

A snapshot maps a field to its value. Without a database or a network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from app.sync.links.fingerprints import folded, plain

Snapshot = dict[str, Any]
LISTS = frozenset({"emails", "phones"})

# how long after it was sent a value may still turn up there, although a newer one was sent since
LATE = timedelta(minutes=3)
MOST_WORDS = 24
# Pipedrive tells whole seconds
ONE_SECOND = timedelta(seconds=1)


class Stamped(Protocol):
    """A record as it stands there, with the moments when it was made and last written, by Pipedrive's clock."""

    @property
    def added_at(self) -> datetime | None: ...

    @property
    def updated_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class SentValue:
    """A value that was sent for one field at a moment, while no answer said that it arrived: ours, and what then stands there.

    Once both sides agree on something newer, it counts as ours only in what was written there before `until`.
    """

    field: str
    ours: Any
    theirs: Any
    at: datetime
    until: datetime | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "SentValue":
        until = datetime.fromisoformat(kept["until"]) if kept["until"] else None
        return cls(kept["field"], kept["ours"], kept["theirs"], datetime.fromisoformat(kept["at"]), until)

    def dump(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat(), "until": self.until.isoformat() if self.until else None}

    def stands_in(self, there: Snapshot) -> bool:
        return bool(shape(self.field, self.theirs) == shape(self.field, there[self.field]))

    def overtaken(self) -> "SentValue":
        return replace(self, until=self.until or self.at + LATE)


@dataclass(frozen=True)
class Agreed:
    """The base of a merge: both sides when they last agreed; stored as JSON on the link.

    `words` are the values sent since without an answer, the newest last: where
    one of them stands there, it is ours and not their change. `foreign` are the
    fields in which there stands what somebody wrote there, although both agree.
    A field that is missing was asked about at the first meeting and has not been
    agreed on yet. `added` are the addresses that we added to the record later,
    by field: only those are taken away there when they go here. `visible_to` is who
    may see the record since we created it; an undo compares it. `written` is when, by
    Pipedrive's clock, the record was last written as far as all of that was ours.
    """

    ours: Snapshot
    theirs: Snapshot
    words: tuple[SentValue, ...] = ()
    foreign: tuple[str, ...] = ()
    added: Mapping[str, Sequence[str]] = field(default_factory=dict)
    visible_to: int | None = None
    written: datetime | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> "Agreed | None":
        if not kept:
            return None
        written = kept.get("written")
        return cls(
            dict(kept["ours"]),
            dict(kept["theirs"]),
            tuple(SentValue.read(word) for word in kept.get("words", ())),
            tuple(kept.get("foreign", ())),
            kept.get("added", {}),
            kept.get("visible_to"),
            datetime.fromisoformat(written) if written else None,
        )

    def dump(self) -> dict[str, Any]:
        words = [word.dump() for word in self.words]
        rest = {"words": words, "foreign": list(self.foreign), "added": dict(self.added), "visible_to": self.visible_to}
        rest |= {"written": self.written.isoformat() if self.written else None}
        return {"ours": self.ours, "theirs": self.theirs} | {name: value for name, value in rest.items() if value}

    def saying(self, ours: Snapshot, expected: Snapshot, at: datetime) -> "Agreed":
        """The same with the values that are about to be sent; a value that is sent again counts from now."""
        fresh = tuple(SentValue(name, ours[name], value, at) for name, value in expected.items())
        older = (word for word in self.words if word.field not in expected or not word.stands_in(expected))
        return replace(self, words=(*older, *fresh)[-MOST_WORDS:])

    def as_of(self, written: datetime | None) -> "Agreed":
        """Without the sent values that are too old to be what stands in a record that was `written` then."""
        moment = written or datetime.min.replace(tzinfo=UTC)
        return replace(self, words=tuple(word for word in self.words if not word.until or moment <= word.until))

    def under_way(self, there: Snapshot, after: Snapshot, hold: timedelta) -> datetime | None:
        """Until when a value sent earlier may still arrive and undo what stands there `after` a push; None if none may."""
        late = (word.at + hold for word in self.words if not word.stands_in(there) and not word.stands_in(after))
        return max(late, default=None)

    def echoes(self, there: Snapshot) -> set[str]:
        """The fields in which an older value of ours stands, although both sides agreed on something else."""
        old = {word.field for word in self.words if word.stands_in(there)}
        return {name for name in old if self.differs(name, there)}

    def is_touched(self, there: Stamped) -> bool:
        """Whether somebody wrote there since, even if nothing is to be seen of it any more, as after an edit or a deletion taken back."""
        return bool(self.written and there.updated_at and there.updated_at > self.written)

    def wrote(self, answer: Stamped, *, over: Stamped, ours: bool = False) -> "Agreed":
        """As of our own write, which brought `answer`, `over` what had stood there before.

        What somebody else has touched stays so, unless it is known that the last write before was `ours`.
        """
        return self if self.is_touched(over) and not ours else replace(self, written=answer.updated_at or self.written)

    def differs(self, name: str, there: Snapshot) -> bool:
        """Whether a field stands there otherwise than it was agreed on."""
        return name not in self.theirs or bool(shape(name, self.theirs[name]) != shape(name, there[name]))

    def of(self, name: str, theirs: Any) -> tuple[Any, Any]:
        """What a field was on both sides, seeing what stands there now."""
        said = (word for word in reversed(self.words) if word.field == name and word.stands_in({name: theirs}))
        word = next(said, None)
        return (word.ours, word.theirs) if word else (self.ours[name], self.theirs[name])


def shape(field: str, value: Any) -> Any:
    """A value as it is compared: case, spacing and the order of lists are no difference."""
    if field in LISTS:
        return frozenset(plain(field, one) for one in value or ())
    return folded(value) if isinstance(value, str) else value
