"""Our marks on records in Pipedrive, made from our own keys, so that they come out the same after a restore."""

import re
from html import unescape
from uuid import NAMESPACE_URL, UUID, uuid5

REFERENCE = re.compile(r"\s*Ref pdn-[0-9a-f]{8}\s*")
BREAKS = re.compile(r"<br\s*/?>|</?(p|div|li|ul|ol|tr|td|th|table|pre|blockquote|h\d)\b[^>]*>", re.IGNORECASE)
# what our own plain text becomes there, and what an editor wraps it in; anything else is somebody's formatting
PLAIN = re.compile(r"</?(p|br|div|span)\b[^>]*>", re.IGNORECASE)
TAGS = re.compile(r"<[^>]*>")


def mark(*about: object) -> str:
    """A word that no other record has, for a field that can be searched."""
    return f"pdn-{_made(*about).hex}"


def reference(about: UUID) -> str:
    """The short mark under an activity's note, or in a deal's title, by which we know it again."""
    return f"Ref pdn-{_made(about).hex[:8]}"


def without(note: str) -> str:
    """What a note in HTML says, as plain text and without our reference."""
    text = unescape(TAGS.sub("", BREAKS.sub("\n", note)))
    lines = [line.strip() for line in REFERENCE.sub("\n", text).splitlines()]
    return "\n".join(line for line in lines if line)


def is_formatted(note: str) -> bool:
    """Whether a note in HTML holds more than plain text could say: links, lists, pictures, bold words."""
    return TAGS.search(PLAIN.sub("", note)) is not None


def _made(*about: object) -> UUID:
    return uuid5(NAMESPACE_URL, "pipedriven:" + ":".join(str(one) for one in about))
