"""What programs put around a shared profile or card, and what nobody reads."""

import re

# what LinkedIn says when a profile is shared
SHARED = re.compile(
    r"(?:check out|schau(?:en sie|e|t)? (?:ihnen|dir|euch)? ?|sehen sie sich|d[ée]couvrez|mira|consulta|guarda|bekijk|kolla in)\s+(?:das |le |el |il |het )?"
    r"(?:(?:linkedin[- ])?profil\w*\s+(?:von|de|di|van)\s+)?(?P<name>[^\n]{2,80}?)(?:['’]s?)?\s*(?:profile|profil|perfil|profilo|profiel)?\s*"
    r"(?:on|auf|sur|en|su|op|på)\s+linkedin(?: an)?[\s:!.]*(?=https?://|$|\n)",
    re.IGNORECASE,
)
# pictures, sounds and keys of a card, with the lines that go on
PICTURE = re.compile(
    r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:][^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n)?", re.IGNORECASE | re.MULTILINE
)


def without_sentence(text: str) -> str:
    """The name alone where LinkedIn's share sheet wrote a sentence around it."""
    return SHARED.sub(r"\g<name>\n", text)


def without_pictures(card: str) -> str:
    return PICTURE.sub("", card)
