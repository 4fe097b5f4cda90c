"""Names in Chinese, Japanese and Korean letters, whose family name comes first."""

import re

from app.models.people.name_words import CHINESE_LONG, KOREAN_LONG

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆]")
KANA = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff]")
HANGUL = re.compile(r"[\uac00-\ud7af]")
EAST = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af々〆]")
MIDDLE_DOT = re.compile(r"[・·‧]")
EAST_TITLES = re.compile(r"(?:様|さん|先生|博士|氏|教授|씨|님|先生|女士|小姐)$")


def parts(name: str) -> tuple[str, str]:
    """Given and family name of a name in Chinese, Japanese or Korean letters: a space parts the two, else the length tells."""
    plain = EAST_TITLES.sub("", name.strip()).strip() or name
    if MIDDLE_DOT.search(plain):
        *given, family = [part for part in MIDDLE_DOT.split(plain) if part] or [plain]
        return (" ".join(given), family) if given else (family, "")
    words = plain.replace(",", " ").split()
    if len(words) > 1:
        return " ".join(words[1:]), words[0]
    if KANA.search(plain) and not HAN.search(plain):
        return plain, ""
    first = KOREAN_LONG if HANGUL.search(plain) else CHINESE_LONG
    size = len(plain)
    count = 2 if plain[:2] in first and size > 2 else 2 if size >= 4 and not HANGUL.search(plain) else 1
    return (plain[count:], plain[:count]) if size > 1 else (plain, "")
