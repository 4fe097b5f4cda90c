"""Sample people come and go with one call each, and a whole firm is loaded at once."""

import json
from datetime import timedelta

import psycopg
import pytest
from sqlmodel import func, select

from app import db
from app.demo import bulk_load, live
from app.demo.rows import id_of
from app.errors import Conflict, Invalid, NotFound
from app.models import (
    ATTEMPTS,
    CALLED_OFF,
    Activity,
    Campaign,
    CampaignContact,
    CampaignUser,
    Contact,
    Organisation,
    PipedriveSync,
    Stage,
    User,
    WarmnessChange,
    now,
)
from app.services.accounts import users
from app.services.campaigns import board
from app.services.contacts import contact_bank, contact_search, suggestions
from app.services.contacts.contact_search import Search
from app.services.reports import campaign_report, team_report
from app.services.reports.filters import Asked
from app.services.samples import sample_data
from tests.support import world

EVERYTHING = (Activity, Campaign, CampaignContact, CampaignUser, Contact, Organisation, WarmnessChange)


def fill(who):
    with db.transaction() as session:
        return sample_data.fill(session, who)


def clear(who):
    with db.transaction() as session:
        return sample_data.clear(session, who)


def rows(model):
    with db.reading() as session:
        return session.exec(select(model)).all()


def counted():
    return {model.__name__: len(rows(model)) for model in EVERYTHING}


def test_sample_people_have_a_past_and_a_future(ada):
    assert fill(ada) == 40
    people, touches = rows(Contact), rows(Activity)
    assert any(set(contact.name) & set("äöüßÅØŁğı") for contact in people)
    assert max(len(contact.name) for contact in people) > 40
    assert {touch.done for touch in touches} == {True, False}
    assert [touch for touch in touches if touch.is_overdue]
    assert [touch for touch in touches if not touch.done and not touch.is_overdue]
    assert min(touch.happened_at for touch in touches if touch.done) < now() - timedelta(days=90)
    with db.reading() as session:
        assert len(suggestions.suggest(session, ada)) == 10
        assert contact_search.contacts(session, ada, Search(q="mussig")).items[0].name.startswith("Jörg")


def test_a_samples_last_touch_is_what_its_touches_say(ada):
    fill(ada)
    told = {touch.contact_id: [] for touch in rows(Activity)}
    for touch in rows(Activity):
        if touch.done and touch.outcome not in ATTEMPTS and touch.outcome not in CALLED_OFF:
            told[touch.contact_id].append(touch.happened_at)
    for contact in rows(Contact):
        assert contact.last_contacted == max(told.get(contact.id, []), default=None)


def test_sample_people_are_nobodys_business_but_their_owners_and_not_pipedrives(ada, bo):
    fill(ada)
    assert rows(PipedriveSync) == []
    with db.reading() as session:
        assert contact_search.contacts(session, bo, Search()).items == []


def test_the_sample_campaign_agrees_with_its_board_and_has_colleagues_to_compare(ada, gwen):
    fill(ada)
    [campaign] = rows(Campaign)
    with db.reading() as session:
        found = campaign_report.report(session, ada, campaign.id, Asked())
        stages = board.counts(session, ada, campaign.id)
        team = team_report.team(session, gwen).members
        shown = users.colleagues(session, gwen)
    assert all(stages.values())
    figures = {key: one.value for key, one in found.figures.items()}
    assert figures["meetings_booked"] == stages[Stage.MEETING_BOOKED] + stages[Stage.HANDED_OVER] >= 6
    assert figures["handed_over"] == figures["meetings_held"] == stages[Stage.HANDED_OVER]
    assert len(found.per_week) >= 10
    assert sum(week.touches > 0 for week in found.per_week) >= 8
    assert sorted(one.touches >= 5 for one in found.by_user) == [True] * 4
    assert found.pace["touches"].likely_low is not None
    pace = found.pace["meetings"]
    assert 0.6 * pace.expected_now <= pace.done <= 1.6 * pace.expected_now
    assert found.funnel[0].reached_n == sum(stages.values())
    made_up = [user for user in rows(User) if user.sample_of]
    assert (len(made_up), {user.active for user in made_up}) == (3, {False})
    assert not {user.name for user in made_up} & {one.name for one in (*team, *shown)}
    with db.transaction() as session, pytest.raises(NotFound):
        users.enable(session, session.get_one(User, gwen.id), made_up[0].id)


def test_made_up_colleagues_go_with_the_samples(ada):
    fill(ada)
    with db.transaction() as session:
        kept = session.exec(select(Contact).where(Contact.name == "Søren Kjærgaard")).one()
        contact_bank.change(session, ada, kept.id, {"tags": []})
    clear(ada)
    assert [user.name for user in rows(User)] == ["Ada Lind"]
    assert fill(ada) == 39


def test_filling_twice_adds_nobody(ada, bo):
    fill(ada)
    before = counted()
    assert fill(ada) == 0
    assert counted() == before
    assert fill(bo) == 40


def test_clearing_removes_exactly_the_samples(ada, bo, jane, john):
    with db.transaction() as session:
        contact_bank.change(session, ada, jane.id, {"tags": [sample_data.TAG]})
    before = counted()
    fill(ada)
    mine = world.contact(ada, "At A Sample Firm", organisation="Nordlicht Energie GmbH")
    with db.transaction() as session:
        keeper = session.exec(select(Contact).where(Contact.name == "Emre Yıldız")).one()
        contact_bank.change(session, ada, keeper.id, {"tags": []})
    fill(bo)
    assert clear(ada) == 39
    assert clear(bo) == 40
    kept = {contact.name for contact in rows(Contact)}
    assert kept == {"Jane Roe", "John Öström", mine.name, "Emre Yıldız"}
    assert {firm.name for firm in rows(Organisation)} >= {"ACME Ltd", "Nordlicht Energie GmbH"}
    assert counted()["Campaign"] == before["Campaign"]


def test_the_team_reaches_out_by_itself(database):
    lines = list(live.gather())
    assert len(lines) == 5
    assert list(live.gather()) == []
    before = len(rows(Activity))
    assert len(list(live.touches(0, 5))) == 5
    assert len(rows(Activity)) == before + 5
    assert rows(PipedriveSync) == []
    leader = next(user for user in rows(User) if user.is_golden)
    [campaign] = [one for one in rows(Campaign) if one.owner_id == leader.id]
    assert len([member for member in rows(CampaignUser) if member.campaign_id == campaign.id]) == 4


def test_the_team_does_not_touch_real_people(ada, jane):
    with pytest.raises(NotFound):
        next(live.touches(0, 1))


@pytest.fixture
def firm(tmp_path):
    """The bulk files as the generator writes them, in small."""
    tables = {
        "users": ["id,email,name,role", "1,user01@bench.example,Ann Berg,GOLDEN_TICKET", "2,user02@bench.example,Bo Holm,CONSULTANT"],
        "contacts": [
            "id,owner_id,first_name,last_name,email,phone,title,organisation_id,organisation,warmness,last_contacted,created_at,linkedin_url",
            "1,1,Åsa,Needle000,asa@o1.example,+46 101 222 3333,CFO,1,Baltic Bank AB 1,7,2026-05-01T00:00:00+00:00,2025-01-01T00:00:00+00:00,https://linkedin.example/in/asa",
            "2,2,Emeka,Dahl,,,CEO,1,Baltic Bank AB 1,0,,2025-01-01T00:00:00+00:00,",
        ],
        "campaigns": ["id,name,sector,theme,start_date,end_date", "1,Energy Pricing 01,Energy,Pricing,2026-01-01,2026-06-30"],
        "campaign_contacts": ["campaign_id,contact_id", "1,2", "1,1"],
        "activities": [
            "id,contact_id,user_id,campaign_id,type,outcome,subject,note,occurred_at",
            "1,1,1,1,CALL,MEETING_BOOKED,Call 1,Talked,2026-04-01T00:00:00+00:00",
            "2,1,2,1,EMAIL,,Email 2,,2026-05-01T00:00:00+00:00",
        ],
    }  # fmt: skip
    for name, lines in tables.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    counts = {name: len(lines) - 1 for name, lines in tables.items()}
    (tmp_path / "meta.json").write_text(json.dumps({"counts": counts}))
    return tmp_path


def test_a_whole_firm_is_loaded_with_what_the_product_derives(database, firm):
    assert bulk_load.load(database, firm, "hash")["organisations"] == 2
    with db.reading() as session:
        ann = session.get_one(User, id_of("user", 1))
        [asa] = contact_search.contacts(session, ann, Search(q="asa needle000")).items
        assert asa.id == id_of("contact", 1)
        assert (asa.phones, asa.sort_name, asa.organisation.name) == (
            ["+461012223333"],
            "asa needle000",
            "Baltic Bank AB 1",
        )
        assert [hit.contact.id for hit in suggestions.suggest(session, ann)] == [asa.id]
        places = {place.contact_id: place.stage for place in session.exec(select(CampaignContact))}
        assert places == {asa.id: Stage.MEETING_BOOKED, id_of("contact", 2): Stage.TO_CONTACT}
        assert session.exec(select(func.count()).select_from(CampaignUser)).one() == 2
        outcomes = session.exec(select(Activity.outcome).order_by(Activity.happened_at)).all()
        assert outcomes == ["MEETING_BOOKED", None]


def test_loading_the_same_firm_twice_is_refused_and_changes_nothing(database, firm):
    bulk_load.load(database, firm, "hash")
    with pytest.raises(Conflict):
        bulk_load.load(database, firm, "hash")
    assert len(rows(Contact)) == 2


@pytest.mark.parametrize(("name", "refusal"), [("contacts", NotFound), ("activities", Invalid)])
def test_incomplete_files_are_refused_whole(database, firm, name, refusal):
    file = firm / f"{name}.csv"
    if refusal is NotFound:
        file.unlink()
    else:
        file.write_text("\n".join(file.read_text().splitlines()[:-1]) + "\n")
    with pytest.raises(refusal):
        bulk_load.load(database, firm, "hash")
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from users").fetchone() == (0,)
