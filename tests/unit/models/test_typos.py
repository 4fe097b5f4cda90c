"""Words that differ by one letter share a number, and how far two words are from each other is known."""

from hypothesis import given
from hypothesis import strategies as st

from app.models.people import typos

WORD = st.text(st.characters(categories=["Ll"], max_codepoint=0x17F), min_size=3, max_size=10)


def mistyped(word, place, letter):
    """All four kinds of typo at one place."""
    yield word[:place] + word[place + 1 :]
    yield word[:place] + letter + word[place:]
    yield word[:place] + letter + word[place + 1 :]
    if place + 1 < len(word):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


@given(WORD, st.integers(0, 9), st.sampled_from("aeqz"))
def test_a_word_with_one_typo_is_found_by_its_numbers(word, place, letter):
    for typed in mistyped(word, place % len(word), letter):
        assert typos.word_keys(typed) & typos.word_keys(word)
        assert typos.distance(typed, word) <= 1


@given(WORD, WORD)
def test_the_distance_of_two_words_is_the_same_from_both_sides(one, other):
    assert typos.distance(one, other) == typos.distance(other, one)
    assert (typos.distance(one, other) == 0) == (one == other)
