"""What the screen of the contact bank asks, in how many questions, and what it says in its address."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import db
from app.models import SavedSearchDraft, SyncStatus
from app.pages.contacts.list import list_queries
from app.pages.contacts.list.selection import Selection
from app.pages.shell import command_palette
from app.services.contacts import bulk_actions, saved_searches, tags
from app.services.contacts.contact_search import Search
from app.services.exports import exporter
from app.services.exports.exporter import Wish
from tests.support import world
from tests.support.bulk_data import counted

QUESTIONS = {
    "at first": lambda s, me: list_queries.load_first(s, me, "sort=-warmness"),
    "narrowed": lambda s, me: list_queries.load_top(s, me, Search(q="person", tag="energy", not_contacted_days=30)),
    "renewed": lambda s, me: list_queries.load_top(s, me, Search(), limit=200),
    "the next page": lambda s, me: list_queries.load_page(s, me, Search(), limit=2),
    "campaigns to choose": list_queries.my_campaigns,
    "tags to choose": list_queries.my_tags,
    "saved searches": list_queries.saved_views,
    "the palette": lambda s, me: command_palette.find_matches(s, me, "person"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_bank_asks_the_same_number_of_questions_however_long_its_list_is(ada, question):
    def asked():
        with counted() as statements, db.reading() as session:
            QUESTIONS[question](session, ada)
        return len(statements)

    def more(many_):
        for number in range(many_):
            one = world.contact(ada, f"Person {number}", organisation=f"Firm {number}", tags=["energy", f"t{number}"])
            world.campaign(ada, f"Person campaign {number}", holds=[one])
            with db.transaction() as session:
                saved_searches.save(session, ada, SavedSearchDraft(name=f"Person {number} {many_}", query="q=x"))

    # more than a search needs that does not go on to guess
    more(12)
    few = asked()
    more(12)
    assert asked() == few <= 12


SEARCHES = st.builds(
    Search,
    q=st.text(max_size=20),
    warmness_min=st.sampled_from([None, 1, 7, 10]),
    not_contacted_days=st.sampled_from([None, 30, 180]),
    campaign_id=st.sampled_from([None, uuid4()]),
    organisation=st.sampled_from([None, "Äpfel & Söhne = GmbH"]),
    tag=st.sampled_from([None, "a tag; with + signs"]),
    sync=st.sampled_from([None, "NONE", *SyncStatus]),
    sort=st.sampled_from(["name", "-warmness", "last_contacted", "-last_contacted", "-created"]),
    due=st.booleans(),
    never=st.booleans(),
)


@given(search=SEARCHES, cards=st.booleans())
def test_what_the_address_says_is_read_back_as_it_was(search, cards):
    said = list_queries.query_of_search(search, cards=cards)
    assert list_queries.search_of_query(None, None, said) == search
    assert list_queries.is_cards(said) == cards


@pytest.mark.parametrize("said", ["sort=upwards", "nonsense=1", "campaign_id=me", "warmness_min=hot"])
def test_an_address_that_somebody_made_up_shows_everybody(said):
    assert list_queries.search_of_query(None, None, said) == Search()


def test_the_trash_is_not_a_filter_of_the_bank():
    assert list_queries.search_of_query(None, None, "trash=true") == Search()


def test_all_but_those_that_were_unticked_are_meant(ada, jane, john):
    anna = world.contact(ada, "Anna")
    selection = Selection()
    selection.select_all(Search())
    selection.set([str(jane.id), "no id at all", None], on=False)
    selection.set([john.id], on=False)
    selection.set([john.id], on=True)
    assert selection.count(3) == 2
    with db.reading() as session:
        assert set(selection.resolve(session, ada)) == {anna.id, john.id}


def test_ids_of_a_colleague_are_passed_over_whatever_the_browser_says(ada, bo, jane):
    theirs = world.contact(bo, "Bo's own", tags=["secret"])
    selection = Selection()
    selection.set([jane.id, theirs.id], on=True)
    with db.transaction() as session:
        assert bulk_actions.tag(session, ada, selection.resolve(session, ada), "x").n == 1
        assert dict(tags.known(session, ada, [jane.id, theirs.id])) == {"x": 1}


def test_the_tags_of_the_chosen_are_those_to_take_off(ada):
    some = [world.contact(ada, f"P {n}", tags=["energy", *(["water"] if n else [])]) for n in range(2)]
    world.contact(ada, "Other", tags=["other"])
    with db.reading() as session:
        assert tags.known(session, ada, [one.id for one in some]) == [("energy", 2), ("water", 1)]
        assert tags.known(session, ada, Search(q="other")) == [("other", 1)]
        assert tags.known(session, ada) == [("energy", 2), ("other", 1), ("water", 1)]


def test_an_export_of_the_chosen_holds_them_in_the_order_of_the_list_and_nobody_of_a_colleague(ada, bo, tmp_path):
    zoe, anna = world.contact(ada, "Zoe"), world.contact(ada, "Anna")
    world.contact(ada, "Not chosen")
    theirs = world.contact(bo, "Bo's own")
    file = tmp_path / "out.csv"
    with db.transaction() as session, file.open("wb") as out:
        assert exporter.write_export(session, ada, Wish(ids=(zoe.id, anna.id, theirs.id)), out) == 2
    assert [line.split(",")[0] for line in file.read_text().splitlines()[1:]] == ["Anna", "Zoe"]
