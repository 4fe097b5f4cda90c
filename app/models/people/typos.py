"""Words that differ by one letter, found by index: a word and what is left of it without one of its letters share a number.

After Wolf Garbe's SymSpell (MIT): a swapped, missing, wrong or doubled letter leaves two words that are equal once one
letter is taken out of either.
"""

import re
from functools import lru_cache
from zlib import crc32

WORD = re.compile(r"[^\W\d_]+")
# shorter ones resemble too many others, longer ones are found by what they have in common
SHORTEST, LONGEST = 3, 10
MOST_WORDS = 8


def keys_of(text: str) -> list[int]:
    """The numbers under which the words of a folded text are found."""
    found: set[int] = set()
    for word in WORD.findall(text)[:MOST_WORDS]:
        if SHORTEST <= len(word) <= LONGEST:
            found.update(word_keys(word))
    return sorted(found)


@lru_cache(maxsize=4_096)
def word_keys(word: str) -> frozenset[int]:
    spelled = {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}
    return frozenset([crc32(one.encode()) - 2**31 for one in spelled])


def distance(typed: str, word: str, most: int = 2) -> int:
    """How many letters are wrong, missing, too many or swapped with the next; `most` + 1 when it is more than `most`."""
    if abs(len(typed) - len(word)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, 1):
        last, before, row = before, row, [i]
        for j, other in enumerate(word, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
