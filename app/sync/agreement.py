"""Who changed what since both sides last agreed: the rules, without a database or a network.

A snapshot maps a field to what stands there. `before` holds two of them, ours
and theirs, because linked records may agree to differ. Lists of addresses only
grow in Pipedrive; what a colleague adds or removes there is followed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made_by
from enum import Enum, auto
from typing import Any

from app.sync.digests import folded, plain

Snapshot = dict[str, Any]
LISTS = frozenset({"emails", "phones"})


class Verdict(Enum):
    """SAME: nothing to do. SEND: only we changed. TAKE: only they did. BOTH: lists that grew on both sides. ASK: a conflict."""

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
class Agreed:
    """What both sides said when they last agreed; kept as JSON on the link.

    `said` holds what we were about to tell since, by field as (ours, what
    stands there if it was heard): when the answer got lost and it stands
    there, it is our own word and not their change.
    """

    ours: Snapshot
    theirs: Snapshot
    said: dict[str, tuple[Any, Any]] = made_by(default_factory=dict)

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> "Agreed | None":
        if not kept:
            return None
        said = {name: (pair[0], pair[1]) for name, pair in kept.get("said", {}).items()}
        return cls(dict(kept["ours"]), dict(kept["theirs"]), said)

    def dump(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"ours": self.ours, "theirs": self.theirs}
        return kept | ({"said": self.said} if self.said else {})

    def saying(self, ours: Snapshot, expected: Snapshot) -> "Agreed":
        """The same, before what is `expected` to stand there is told."""
        return replace(self, said={name: (ours[name], value) for name, value in expected.items()})

    def of(self, name: str, theirs: Any) -> tuple[Any, Any]:
        """What a field was on both sides, seeing what stands there now."""
        if name in self.said and shape(name, self.said[name][1]) == shape(name, theirs):
            return self.said[name]
        return self.ours[name], self.theirs[name]


def decide(field: str, before: Agreed | None, ours: Any, theirs: Any) -> Verdict:
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
    return Verdict.SEND if we else Verdict.TAKE


def decisions(fields: Sequence[str], before: Agreed | None, ours: Snapshot, theirs: Snapshot) -> dict[str, Verdict]:
    return {field: decide(field, before, ours[field], theirs[field]) for field in fields}


def taken(field: str, before: Agreed, ours: Any, theirs: Any) -> Any:
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


def settled(before: Agreed | None, verdicts: Mapping[str, Verdict], ours: Snapshot, theirs: Snapshot) -> Agreed:
    """What is agreed now; a field in conflict stays as it was, and so is found again."""
    open_ = {field for field, verdict in verdicts.items() if verdict is Verdict.ASK and before}
    old = before or Agreed({}, {})
    return Agreed(
        ours={field: old.ours[field] if field in open_ else ours[field] for field in verdicts},
        theirs={field: old.theirs[field] if field in open_ else theirs[field] for field in verdicts},
        said={field: pair for field, pair in old.said.items() if field in open_},
    )


def shape(field: str, value: Any) -> Any:
    """A value as it is compared: case, spacing and the order of lists are no difference."""
    if field in LISTS:
        return frozenset(plain(field, one) for one in value or ())
    return folded(value) if isinstance(value, str) else value


def _first_met(field: str, ours: Any, theirs: Any) -> Verdict:
    """Of somebody who was there before us only what is missing is filled in."""
    if field in LISTS:
        return Verdict.SEND if shape(field, ours) - shape(field, theirs) else Verdict.SAME
    return Verdict.SEND if ours and not theirs else Verdict.SAME


def _only_grew(field: str, before: Agreed, ours: Any, theirs: Any) -> bool:
    pairs = ((before.ours[field], ours), (before.theirs[field], theirs))
    return all(shape(field, old) <= shape(field, new) for old, new in pairs)
