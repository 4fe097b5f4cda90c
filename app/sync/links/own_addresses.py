"""Which addresses and numbers stand in Pipedrive because we wrote them: only those are taken away there when they go here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.sync.links.agreed import LISTS, Agreed, shape
from app.sync.links.fingerprints import plain


def note_added(agreed: Agreed, added: Mapping[str, Sequence[str]]) -> Agreed:
    """The same base with more addresses that we wrote; what does not stand there any more is nobody's."""
    kept: dict[str, list[str]] = {}
    for field in sorted(LISTS):
        ours, stands = {*agreed.added.get(field, ()), *added.get(field, ())}, shape(field, agreed.theirs.get(field))
        if there := sorted(one for one in ours if plain(field, one) in stands):
            kept[field] = there
    return replace(agreed, added=kept)


def dropped(base: Agreed, field: str, ours: Sequence[str]) -> frozenset[str]:
    """The addresses that we wrote there and do not have any more, as they are compared."""
    gone: frozenset[str] = shape(field, base.added.get(field, ())) - shape(field, ours)
    return gone
