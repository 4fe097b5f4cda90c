"""The parts of a name, for two hundred names of many languages; what holds for every name is tried on made-up ones."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.people import person_names

TABLE = Path(__file__).parents[2] / "support" / "person_names.psv"
LINES = [line.split("|") for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
NAMES = [tuple(part.strip() for part in line[:3]) for line in LINES]
FIRST = st.sampled_from(["Jane", "Hans-Peter", "Åse", "Zoë", "Karl", "Mary"])
LAST = st.sampled_from(["Roe", "van der Berg", "von Ahn", "O'Brien", "Müller-Lüdenscheidt", "de la Cruz", "St. John"])
TITLE = st.sampled_from(["", "Dr. ", "Prof. Dr. ", "Frau ", "Herr Dr. med. ", "Dipl.-Ing. ", "Ms "])
DEGREE = st.sampled_from(["", ", PhD", ", MBA", " Jr.", ", Jr.", " PhD", ", CFA, CPA", ", M.Sc."])


def test_there_are_two_hundred_names():
    assert len(set(NAMES)) >= 200


@pytest.mark.parametrize(("name", "given_name", "family"), NAMES)
def test_each_name_has_the_parts_that_its_language_says(name, given_name, family):
    assert person_names.split_name(name) == (given_name, family)


@given(title=TITLE, first=FIRST, last=LAST, degree=DEGREE)
def test_titles_and_degrees_change_neither_the_name_nor_its_place_in_a_list(title, first, last, degree):
    plain, dressed = f"{first} {last}", f"{title}{first} {last}{degree}"
    assert person_names.split_name(dressed) == (first, last)
    assert person_names.sort_name(dressed) == person_names.sort_name(plain)
    assert person_names.initials(dressed) == person_names.initials(plain)


@given(title=TITLE, first=FIRST, last=LAST)
def test_whichever_part_stands_first_the_name_is_the_same(title, first, last):
    assert person_names.split_name(f"{last}, {title}{first}") == (first, last)
    assert person_names.parse(f"{last}, {title}{first}").bare == f"{first} {last}"


@given(st.text(max_size=60))
def test_any_text_is_a_name_and_no_letter_is_made_up(text):
    parsed = person_names.parse(text)
    assert all(part in text for part in f"{parsed.given} {parsed.family}".split())


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Dr. Jane van der Berg", "JB"),
        ("Roe, Jane", "JR"),
        ("Zoe", "ZO"),
        ("山田 太郎", "山太"),
        ("x@y.example", "XY"),
        ("?", "?"),
    ],
)
def test_initials_are_those_of_the_person(name, letters):
    assert person_names.initials(name) == letters
