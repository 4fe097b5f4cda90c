"""Three-way merge of one field: base (last agreed, per side), ours, theirs -> SAME | SEND | TAKE | BOTH | ASK.

Without a database or a network. A snapshot maps a field to its value. The base
(`Agreed`) holds two of them, ours and theirs, because linked records may agree
to differ. Of a list of addresses only what we wrote is taken away in Pipedrive;
what a colleague adds or removes there is followed here, and what they emptied is
asked about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any

from app.services.contacts import identity
from app.sync.links.fingerprints import folded, plain

Snapshot = dict[str, Any]
LISTS = frozenset({"emails", "phones"})

# how long after it was sent a value may still turn up there, although a newer one was sent since
LATE = timedelta(minutes=3)
MOST_WORDS = 24


class Verdict(Enum):
    """SAME: nothing to do. SEND: only we changed. TAKE: only they did. BOTH: each changed a part of it. ASK: a conflict.

    At the first meeting only SAME, SEND (what is empty there is filled) and ASK (both say something else) are possible.
    """

    SAME = auto()
    SEND = auto()
    TAKE = auto()
    BOTH = auto()
    ASK = auto()

    @property
    def sends(self) -> bool:
        return self in {Verdict.SEND, Verdict.BOTH}

    @property
    def takes(self) -> bool:
        return self in {Verdict.TAKE, Verdict.BOTH}


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
    may see the record since we created it; an undo compares it.
    """

    ours: Snapshot
    theirs: Snapshot
    words: tuple[SentValue, ...] = ()
    foreign: tuple[str, ...] = ()
    added: Mapping[str, Sequence[str]] = field(default_factory=dict)
    visible_to: int | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> "Agreed | None":
        if not kept:
            return None
        return cls(
            dict(kept["ours"]),
            dict(kept["theirs"]),
            tuple(SentValue.read(word) for word in kept.get("words", ())),
            tuple(kept.get("foreign", ())),
            kept.get("added", {}),
            kept.get("visible_to"),
        )

    def dump(self) -> dict[str, Any]:
        words = [word.dump() for word in self.words]
        rest = {"words": words, "foreign": list(self.foreign), "added": dict(self.added), "visible_to": self.visible_to}
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

    def differs(self, name: str, there: Snapshot) -> bool:
        """Whether a field stands there otherwise than it was agreed on."""
        return name not in self.theirs or bool(shape(name, self.theirs[name]) != shape(name, there[name]))

    def of(self, name: str, theirs: Any) -> tuple[Any, Any]:
        """What a field was on both sides, seeing what stands there now."""
        said = (word for word in reversed(self.words) if word.field == name and word.stands_in({name: theirs}))
        word = next(said, None)
        return (word.ours, word.theirs) if word else (self.ours[name], self.theirs[name])


def merge_field(field: str, before: Agreed | None, ours: Any, theirs: Any) -> Verdict:
    """What has to happen to one field. Without a `before`, the sides meet for the first time."""
    if before is None or field not in before.ours or field not in before.theirs:
        return _first_met(field, ours, theirs)
    was_ours, was_theirs = before.of(field, theirs)
    we = shape(field, ours) != shape(field, was_ours)
    they = shape(field, theirs) != shape(field, was_theirs)
    if not we and not they:
        return Verdict.SAME
    if shape(field, ours) == shape(field, theirs):
        return Verdict.SAME
    if we and they:
        grew = field in LISTS and _only_grew(field, before, ours, theirs)
        return Verdict.BOTH if grew else Verdict.ASK
    if we:
        return Verdict.SEND
    return Verdict.ASK if is_empty(theirs) and not is_empty(ours) else Verdict.TAKE


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [], ())


def merge_fields(fields: Sequence[str], before: Agreed | None, ours: Snapshot, theirs: Snapshot) -> dict[str, Verdict]:
    return {field: merge_field(field, before, ours[field], theirs[field]) for field in fields}


def follow_theirs(field: str, before: Agreed, ours: Any, theirs: Any) -> Any:
    """Our field after following theirs: lists follow what was added and removed there, and in which order it leads."""
    if field not in LISTS:
        return theirs
    old, new = before.theirs[field], theirs
    gone = shape(field, old) - shape(field, new)
    kept = [value for value in ours if plain(field, value) not in gone]
    known = shape(field, kept) | shape(field, old)
    whole = [*kept, *(value for value in new if plain(field, value) not in known)]
    led, leads = (plain(field, some[0]) if some else None for some in (old, new))
    if leads is not None and leads != led:
        whole.sort(key=lambda value: plain(field, value) != leads)
    return whole


def new_base(before: Agreed | None, verdicts: Mapping[str, Verdict], ours: Snapshot, theirs: Snapshot) -> Agreed:
    """What is agreed now; a field in conflict stays as it was, or not agreed at all, and so is found again."""
    open_ = {field for field, verdict in verdicts.items() if verdict is Verdict.ASK}
    old = before or Agreed({}, {})

    def kept(was: Snapshot, now: Snapshot) -> Snapshot:
        return {
            field: (was if field in open_ else now)[field] for field in verdicts if field not in open_ or field in was
        }

    return Agreed(
        ours=kept(old.ours, ours),
        theirs=kept(old.theirs, theirs),
        words=tuple(word if word.field in open_ else word.overtaken() for word in old.words),
        foreign=_foreign(before, verdicts, theirs),
        added=old.added,
        visible_to=old.visible_to,
    )


def shape(field: str, value: Any) -> Any:
    """A value as it is compared: case, spacing and the order of lists are no difference."""
    if field in LISTS:
        return frozenset(plain(field, one) for one in value or ())
    return folded(value) if isinstance(value, str) else value


def _foreign(before: Agreed | None, verdicts: Mapping[str, Verdict], theirs: Snapshot) -> tuple[str, ...]:
    """Theirs until we write that field again; a list holds what they added even then."""
    if before is None:
        return ()
    ours = {field for field, verdict in verdicts.items() if verdict is Verdict.SEND}
    written = {
        field
        for field in set(verdicts) - ours
        if field in before.theirs and shape(field, before.of(field, theirs[field])[1]) != shape(field, theirs[field])
    }
    return tuple(sorted((set(before.foreign) - (ours - LISTS)) | written))


def _first_met(field: str, ours: Any, theirs: Any) -> Verdict:
    """Of a record that was there before us only what is missing is filled in; what differs is asked."""
    if not ours or is_alike(field, ours, theirs):
        return Verdict.SAME
    if field in LISTS:
        here, there = shape(field, ours), shape(field, theirs)
        if here <= there:
            return Verdict.SAME
        return Verdict.SEND if there <= here else Verdict.ASK
    return Verdict.ASK if theirs else Verdict.SEND


def is_alike(field: str, ours: Any, theirs: Any) -> bool:
    """Whether nobody has to be asked: a name with a title, or in another order, is the same name."""
    if shape(field, ours) == shape(field, theirs):
        return True
    return field == "name" and isinstance(theirs, str) and identity.same_name(str(ours), theirs)


def _only_grew(field: str, before: Agreed, ours: Any, theirs: Any) -> bool:
    pairs = ((before.ours[field], ours), (before.theirs[field], theirs))
    return all(shape(field, old) <= shape(field, new) for old, new in pairs)
