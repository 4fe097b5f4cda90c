"""Three-way merge of one field: base (last agreed, per side), ours, theirs -> SAME | SEND | TAKE | BOTH | ASK.

Without a database or a network. A snapshot maps a field to its value. The base
(`Agreed`) holds two of them, ours and theirs, because linked records may agree
to differ. Of a list of addresses only what we wrote is taken away in Pipedrive;
what a colleague adds or removes there is followed here, and what they emptied is
asked about.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any

from app.services.contacts import identity
from app.sync.links.agreed import LISTS, Agreed, Snapshot, shape
from app.sync.links.fingerprints import plain


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
        written=old.written,
    )


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
