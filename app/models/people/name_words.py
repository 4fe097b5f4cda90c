"""Words in and around names, read from name_words.toml."""

import tomllib
from pathlib import Path

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _of(kind: str) -> frozenset[str]:
    return frozenset(_WORDS[kind].split())


TITLE_BITS = _of("title_bits")
ALWAYS_TITLES = _of("always_titles")
DEGREES = _of("degrees")
SHOUTED_DEGREES = _of("shouted_degrees")
GENERATIONS = _of("generations")
PARTICLES = _of("particles")
NOBLE = _of("noble")
FIRM_ENDS = _of("firm_ends")
SHOUTED_FIRM_ENDS = _of("shouted_firm_ends")
CHINESE_LONG = _of("chinese_long")
KOREAN_LONG = _of("korean_long")
HISPANIC_GIVEN = _of("hispanic_given")
