"""Who may be the same person, and which firm the same firm: decided by names, because addresses are shared."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.services.contacts import firm_names, identity
from app.services.contacts.identity import Verdict

often = settings(deadline=None, max_examples=60)
WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
WORDS = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
NAMES = st.sampled_from(["Jane", "Jörg", "Åse", "Li", "Łucja", "Ana María", "O'Neill", "van der Berg", "Öström"])


@often
@given(first=NAMES, other=NAMES, last=NAMES)
def test_a_name_fits_itself_its_initials_and_its_other_order_and_nobody_elses(first, other, last):
    assume(first != last)
    for theirs in (f"{first} {last}", f"{last}, {first}", f"{first.upper()}  {last}", f"{first[0]}. {last}", last):
        assert identity.names_fit(theirs, f"{first} {last}")
    assert identity.names_fit(f"{other} {last}", f"{first} {last}") == (other in {first, last})


@often
@given(ours=WORDS, theirs=WORDS)
def test_whether_two_names_fit_does_not_depend_on_who_asks(ours, theirs):
    assert identity.names_fit(ours, theirs) == identity.names_fit(theirs, ours)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dr. Jane Roe", "Roe, Jane"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Hans-Peter Muller", "Prof. Dr. Hans Peter Müller"),
        ("jane.roe@firm.example", "Jane Roe"),
        ("山田 太郎", "山田 太郎"),
    ],
)
def test_titles_order_accents_and_hyphens_are_no_other_name(one, other):
    assert identity.same_name(one, other)
    assert identity.names_fit(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Ann Meier", "Ben Schulz"), ("Ann Meier", "Ben Meier"), ("Petra Neu", "Empfang Firma")]
)
def test_who_only_shares_an_address_or_a_surname_is_somebody_else(one, other):
    assert not identity.names_fit(one, other)


def test_a_mailbox_that_several_people_read_is_known_by_its_name():
    shared = [
        "info@x.example",
        "Kontakt@x.example",
        "buero@x.example",
        "büro@x.example",
        "sales.de@x.example",
        "office+de@x.example",
        "berlin.info@x.example",
        "info2@x.example",
        "contacto@x.example",
    ]
    assert [email for email in shared if not identity.is_role_address(email)] == []
    assert [email for email in ("ann@x.example", "kim.lee@x.example") if identity.is_role_address(email)] == []


@pytest.mark.parametrize(
    "spellings",
    [
        ["Müller Söhne GmbH", "Mueller Soehne", "Muller Sohne GmbH", "MÜLLER & SÖHNE GmbH & Co. KG"],
        ["Nordic & Steel", "Nordic and Steel AS", "Nordic + Steel", "Nordic und Steel"],
        ["A.B.C. GmbH", "ABC GmbH"],
        ["Łódź Sp. z o.o.", "Lodz"],
        ["Novo.Ten e.V.", "Novoten"],
        ["The Big Co", "Big Co"],
    ],
)
def test_spellings_of_one_firm_look_alike(spellings):
    assert len({firm_names.lookalike(name) for name in spellings}) == 1


def test_firms_of_different_names_do_not_look_alike():
    names = ["Acme", "Acme Energy", "Nordic Steel", "Nordic Stahl", "H&M", "S & P"]
    assert len({firm_names.lookalike(name) for name in names}) == len(names)


@pytest.mark.parametrize(("text", "other"), [("Mueller", "Müller"), ("Müller Söhne", "Mueller Soehne"), ("Acme", None)])
def test_a_name_with_umlauts_is_also_searched_for_in_its_other_spelling(text, other):
    assert firm_names.other_spelling(text) == other


@pytest.mark.parametrize("spelled", ["+49 30 596 2558", "030/5962558", "0049 30 5962558", "(030) 596-2558"])
def test_a_number_is_the_same_however_it_is_spelled(spelled):
    assert identity.plain_number(spelled, "DE") == "+49305962558"


@pytest.mark.parametrize(
    ("name", "word"), [("Dr. Jane van der Berg", "Berg"), ("Roe, Jane", "Roe"), ("Zoe", "Zoe"), ("Prof. Dr.", "Prof")]
)
def test_a_person_is_searched_for_by_the_word_that_tells_most(name, word):
    assert identity.surname(name) == word


@pytest.mark.parametrize(
    ("one", "other"),
    [("(212) 555-0199", "+12125550199"), ("044 668 18 00", "+41446681800"), ("030 5962558", "+49305962558")],
)
def test_a_number_without_its_country_ends_like_the_one_with_it(one, other):
    assert identity.numbers_may_agree(one, other)
    assert not identity.numbers_may_agree(one, f"{other[:-1]}7")


PEOPLE = st.sampled_from(
    ["Alma Reuter", "Reuter, Alma", "A. Reuter", "Bodo Kranz", "Dr. Bodo Kranz", "Cleo Thies", "Alma Kranz", ""]
)
MAILS = st.lists(
    st.sampled_from(["alma@w.example", "bodo@w.example", "info@w.example", "a.l.m.a@gmail.com"]),
    max_size=2,
    unique=True,
)
NUMBERS = st.lists(st.sampled_from(["+49301", "+49302", "+49303"]), max_size=2, unique=True)
FACTS = st.builds(
    identity.Facts,
    PEOPLE,
    MAILS,
    NUMBERS,
    st.none() | st.sampled_from(["Werk AG", "Werk", "Other Ltd"]),
    st.none() | st.sampled_from(["linkedin.com/in/a", "linkedin.com/in/b"]),
)


@often
@given(one=FACTS, other=FACTS)
def test_who_is_who_does_not_depend_on_who_asks(one, other):
    assert identity.judge(one, other)[0] is identity.judge(other, one)[0]


@often
@given(one=FACTS, other=FACTS)
def test_nobody_is_joined_whose_names_do_not_fit_but_by_a_profile(one, other):
    verdict, why = identity.judge(one, other)
    if verdict is Verdict.SAME and one.name and other.name and one.profile != other.profile:
        assert identity.names_fit(one.name, other.name)
    assert (why == "") == (verdict is Verdict.OTHER)


@often
@given(one=FACTS, number=st.sampled_from(["+49301", "+49302"]))
def test_somebody_is_themselves_and_a_shared_number_makes_nobody_a_stranger(one, number):
    if one.name and (one.emails or one.phones or one.profile or one.organisation):
        assert identity.judge(one, one)[0] is Verdict.SAME
    stranger = identity.Facts("Zoe Zed", ["zoe@zed.example"], [number], "Zed", None)
    known = identity.Facts(one.name or "X Y", one.emails, [number], one.organisation, None)
    assert identity.judge(stranger, known)[0] is Verdict.HINT
