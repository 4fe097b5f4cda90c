"""Characters that nobody sees, and which of them belong to a text all the same.

A name with a zero-width space in it looks like another one, a control of direction shows a text in another order
than it has, and a line separator ends a mail's header. What Unicode says to draw nothing for (Default_Ignorable_Code_Point)
is hidden, and so are separators of lines and a few letters that look like a space. Four uses are part of a text:

- a joiner or non-joiner inside a word of a script that writes with them, such as Persian, Hindi or Malayalam,
  and a joiner between the parts of an emoji
- one variation selector after what it varies: an emoji, a symbol, a digit of a keycap, an ideograph in a Japanese name
- a Mongolian variation selector after a Mongolian letter
- the tags that make the flags of England, Scotland and Wales
"""

import re
import unicodedata

JOINER = "\u200d"
# what is no symbol by its category, and has a form as an emoji
VARIED = "0123456789#*\u203c\u2049\u2139\u2194\u25fb\u25fc\u25fd\u25fe\u3030\u303d"
_NOTHING = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CANDIDATE = re.compile(f"[{_NOTHING}]")
_JOINED = re.compile(r"[\u0600-\u08ff\u0900-\u0dff\u0e80-\u0fff\u1000-\u109f\u1780-\u18af\ua840-\ua87f\ua8e0-\ua8ff]")
_MONGOLIAN = re.compile(r"[\u1820-\u18aa]")
_IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_FLAG = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)


def has_hidden(text: str) -> bool:
    return bool(_CANDIDATE.search(text)) and without_hidden(text) != text


def without_hidden(text: str) -> str:
    """The text as it is seen; a separator of lines or paragraphs becomes a space."""
    if not _CANDIDATE.search(text):
        return text
    flags = {place for flag in _FLAG.finditer(text) for place in range(*flag.span())}
    kept: list[str] = []
    for place, letter in enumerate(text):
        if letter in "\u2028\u2029":
            kept.append(" ")
        elif place in flags or not _CANDIDATE.match(letter) or _belongs(letter, kept, text[place + 1 : place + 2]):
            kept.append(letter)
    return "".join(kept)


def _belongs(letter: str, before: list[str], after: str) -> bool:
    last = before[-1] if before else ""
    if letter in "\u200c\u200d":
        base = next((one for one in reversed(before) if not unicodedata.category(one).startswith("M")), "")
        word = _JOINED.match(base) and _JOINED.match(after)
        return bool(word) or (letter == JOINER and _is_emoji(base) and _is_emoji(after))
    if "\u180b" <= letter <= "\u180f" and letter != "\u180e":
        return bool(_MONGOLIAN.match(last))
    if "\ufe00" <= letter <= "\ufe0f":
        return bool(last) and (_is_emoji(last) or last in VARIED or bool(_IDEOGRAPH.match(last)))
    return "\U000e0100" <= letter <= "\U000e01ef" and bool(_IDEOGRAPH.match(last))


def _is_emoji(letter: str) -> bool:
    """A symbol, or the colour of a skin."""
    return bool(letter) and unicodedata.category(letter) in {"So", "Sk"} and not letter.isascii()
