"""Pipedrive may ring; who rings needs two secrets, and is only a reason to go and look."""

import json
from dataclasses import replace

import pytest
from sqlmodel import select

from app import db
from app.models import SyncAccount, User, WebhookNote, now
from app.practice.request_handler import answer
from app.services.accounts import pipedrive_keys, user_profile
from app.services.base import firm_settings
from app.services.pipedrive import webhook_inbox
from app.services.push_queue import company_mapping, push_status
from app.sync.pull import listener, webhooks
from app.web.public import pipedrive_webhook
from tests.support import faults, openapi_contract, sync_harness, webhook_calls
from tests.support.sync_harness import ADAS_KEY, BOS_KEY, fresh, links, meet, settled
from tests.support.webhook_calls import about, known_secrets
from tests.support.world import contact

ADDRESS = "https://leads.firm.example"


@pytest.fixture
def desk(fake, database):
    fake.company.people.by_key[ADAS_KEY].admin = True
    return replace(sync_harness.hurried(sync_harness.desk_at(fake.url), recheck=3600), address=ADDRESS)


@pytest.fixture
def kari(fake, desk, ada_with_key):
    kari = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")
    meet(ada_with_key, kari, due_date=now())
    settled(desk)
    return fresh(kari)


@pytest.fixture
def secrets(kari):
    return known_secrets(ADDRESS)


def ring(path, content=None, **sent):
    return webhook_calls.ring(ADDRESS, path, content, **sent)


def notes():
    with db.reading() as session:
        return list(session.exec(select(WebhookNote)))


def account():
    with db.reading() as session:
        return session.exec(select(SyncAccount)).one()


def choose(**chosen):
    with db.transaction() as session:
        firm_settings.save(session, **chosen)


def due(desk):
    with db.transaction() as session:
        row = session.exec(select(SyncAccount)).one()
        row.listen_at, row.heard = now(), {}
        session.add(row)
    return listener.listen(desk)


def test_news_about_a_record_of_ours_is_noted_once_and_looked_at_with_one_request(fake, desk, kari, secrets):
    with db.transaction() as session:
        row = session.exec(select(SyncAccount)).one()
        row.heard = {"at": now().isoformat()}
        session.add(row)
    fake.company.edit("persons", 1, name="Kari Hansen")
    for _ in range(3):
        assert ring(secrets.path, about("person", "1"), password=secrets.password).status_code == 200
    assert [(note.entity_type, note.remote_id) for note in notes()] == [("person", 1)]
    fake.heard.clear()
    assert listener.listen(desk) == 1
    assert fresh(kari).name == "Kari Hansen"
    assert [(one.method, one.path) for one in fake.heard] == [("GET", "/api/v2/persons/1")]
    assert notes() == []


def test_news_of_a_merge_relinks_without_a_search(fake, desk, ada_with_key, kari, secrets):
    typed = {"name": "K. Nordmann"}
    headers = {"x-api-token": ADAS_KEY, "content-type": "application/json"}
    answer(fake.company, "POST", "/api/v2/persons", [], headers, json.dumps(typed).encode())
    fake.company.merge("persons", 1, into=2)
    ring(secrets.path, about("person", 1, "delete", merged_to_id=2), password=secrets.password)
    listener.listen(desk)
    settled(desk)
    assert fresh(kari).pipedrive_person_id == 2
    assert len(fake.asked("GET", "search")) == 1
    assert {link.remote_id for link in links() if link.entity_type == "person"} == {2}
    assert [row["value"] for row in fake.alive("persons")[0]["emails"]] == ["kari@steel.example"]


def test_news_of_a_deletion_asks_the_owner(fake, desk, kari, secrets):
    fake.company.remove("persons", 1)
    ring(secrets.path, about("person", 1, "delete"), password=secrets.password)
    listener.listen(desk)
    settled(desk)
    with db.reading() as session:
        assert push_status.status_of(session, fresh(kari)).badge is push_status.Badge.NEEDS_YOU
    assert fake.alive("persons") == []


@pytest.mark.parametrize(
    "content",
    [
        about("person", 77),
        about("deal", 1),
        about("person", "1; drop"),
        about("person", True),
        {},
        {"meta": 7},
        {"meta": {}},
    ],
)
def test_news_about_anything_else_is_answered_and_forgotten(kari, secrets, content):
    assert ring(secrets.path, content, password=secrets.password).status_code == 200
    assert notes() == []


def test_who_does_not_know_both_secrets_is_turned_away_and_leaves_nothing(kari, secrets):
    news = about("person", 1)
    assert ring("wrong", news, password=secrets.password).status_code == 404
    assert ring(secrets.path, news, password="wrong").status_code == 401
    assert ring(secrets.path, news, user="admin", password=secrets.password).status_code == 401
    assert ring(secrets.path, news, headers={"authorization": "Bearer x"}).status_code == 401
    assert ring(secrets.path, news, headers={"authorization": "Basic %%%"}).status_code == 401
    assert notes() == []
    assert secrets.path not in json.dumps(account().hook)
    assert secrets.password not in json.dumps(account().hook)


def test_a_body_that_is_too_long_or_no_json_is_refused(kari, secrets):
    assert ring(secrets.path, raw=b"x" * (pipedrive_webhook.MOST + 1), password=secrets.password).status_code == 413
    assert ring(secrets.path, raw=b"{", password=secrets.password).status_code == 422
    assert ring(secrets.path, raw=b"[]", password=secrets.password).status_code == 422


def test_another_sites_page_cannot_ring(kari, secrets):
    foreign = {"origin": "https://evil.example"}
    assert ring(secrets.path, about("person", 1), password=secrets.password, headers=foreign).status_code == 403


def test_an_administrators_key_sets_the_webhooks_and_removes_them(fake, desk, kari):
    choose(pipedrive_webhooks=True)
    due(desk)
    there = list(fake.company.webhooks.values())
    assert [(one["event_object"], one["event_action"], one["version"]) for one in there] == [
        ("organization", "*", "2.0"), ("person", "*", "2.0"), ("activity", "*", "2.0"),
    ]  # fmt: skip
    path = there[0]["subscription_url"].removeprefix(f"{ADDRESS}{webhook_inbox.PATH}")
    assert (
        ring(
            path, about("person", 1), user=there[0]["http_auth_user"], password=there[0]["http_auth_password"]
        ).status_code
        == 200
    )
    due(desk)
    assert len(fake.asked("POST", "webhooks")) == 3
    choose(pipedrive_webhooks=False)
    due(desk)
    assert (fake.company.webhooks, account().hook) == ({}, None)


def said():
    with db.reading() as session:
        return company_mapping.news(session, session.exec(select(User)).first())


def test_saving_a_key_sets_the_webhooks_before_anything_was_pushed_and_forgetting_it_removes_them(
    fake, desk, ada_with_key, bo_with_key
):
    with db.transaction() as session:
        who = session.get_one(User, ada_with_key.id)
        pipedrive_keys.save_key(session, who, ADAS_KEY, pipedrive_keys.KeyOwner("acme", 1, "Ada"), lambda _, key: key)
    assert listener.listen(desk) == 1
    assert len(fake.company.webhooks) == 3
    assert said() == "Pipedrive tells us of changes at once; we also look every 10 minutes."
    with db.reading() as session:
        who = session.get_one(User, ada_with_key.id)
        assert company_mapping.labels(session, who)[2] == "Hot lead"
    webhooks.remove_for(desk, who)
    assert (fake.company.webhooks, account().hook) == ({}, None)


def test_webhooks_that_could_not_be_removed_with_their_key_are_swept_away_by_the_next(
    fake, desk, ada_with_key, bo_with_key, kari
):
    for _ in range(2):
        due(desk)
    assert len(fake.company.webhooks) == 3
    fake.next(faults.server_error(), kind="webhooks")
    webhooks.remove_for(desk, fresh(ada_with_key))
    assert len(fake.company.webhooks) == 3
    with db.transaction() as session:
        user_profile.delete_pipedrive_key(session, session.get_one(User, ada_with_key.id))
    fake.company.people.by_key[BOS_KEY].admin = True
    with db.transaction() as session:
        pipedrive_keys.save_key(
            session,
            session.get_one(User, bo_with_key.id),
            BOS_KEY,
            pipedrive_keys.KeyOwner("acme", 2, "Bo"),
            lambda _, key: key,
        )
    due(desk)
    assert len(fake.company.webhooks) == 3
    assert account().hook["by"] == str(bo_with_key.id)


def test_no_room_for_webhooks_is_said_and_polling_goes_on(fake, desk, ada_with_key, kari):
    """Pipedrive keeps forty for each user at most."""
    full = faults.in_json(422, {"status": "error", "success": False, "error": "Webhook limit reached"})
    fake.next(full, method="POST", kind="webhooks", times=None)
    for _ in range(2):
        due(desk)
    assert len(fake.asked("POST", "webhooks")) == 1
    assert said().startswith(
        "Pipedrive could not be asked to tell us of changes (Pipedrive refused this: Webhook limit"
    )
    assert said().endswith("We look every 10 minutes instead.")
    fake.heal()
    with db.transaction() as session:
        who = session.get_one(User, ada_with_key.id)
        pipedrive_keys.save_key(session, who, ADAS_KEY, pipedrive_keys.KeyOwner("acme", 1, "Ada"), lambda _, key: key)
    due(desk)
    assert len(fake.company.webhooks) == 3


@pytest.mark.parametrize("address", ["http://localhost:8080", "https://leads.local"])
def test_where_pipedrive_cannot_reach_us_nothing_is_set(fake, desk, kari, address):
    due(replace(desk, address=address))
    assert fake.asked(kind="webhooks") == []
    assert said() == "We look for changes there every 10 minutes."


def test_a_set_up_that_broke_half_way_is_swept_away_and_begun_anew(fake, desk, kari):
    choose(pipedrive_webhooks=True)
    fake.next(faults.server_error(commits=True), method="POST", kind="webhooks")
    due(desk)
    due(desk)
    assert len(fake.company.webhooks) == 3
    assert len(account().hook["ids"]) == 3


def test_who_is_no_administrator_is_asked_once_and_polling_goes_on(fake, desk, ada_with_key, kari):
    fake.company.people.by_key[ADAS_KEY].admin = False
    choose(pipedrive_webhooks=True)
    for _ in range(2):
        due(desk)
    assert len(fake.asked("POST", "webhooks")) == 1
    fake.company.edit("persons", 1, name="Kari Hansen")
    due(desk)
    assert fresh(kari).name == "Kari Hansen"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://leads.firm.example", True), ("http://leads.firm.example", False), ("https://localhost", False),
        ("https://192.168.1.5", False), ("https://leads.local", False), ("https://[::1]", False), ("https://8.8.8.8", True),
    ],
)  # fmt: skip
def test_only_an_address_that_pipedrive_can_reach_is_given_to_it(address, public):
    assert webhooks.is_public(address) is public


@pytest.mark.skipif(not openapi_contract.OfficialContract.is_here(), reason=openapi_contract.MISSING)
def test_everything_we_ask_fits_pipedrives_own_documents(fake, desk, kari):
    official = openapi_contract.OfficialContract()
    choose(pipedrive_webhooks=True)
    due(desk)
    choose(pipedrive_webhooks=False)
    due(desk)
    assert {heard.method for heard in fake.asked(kind="webhooks")} == {"GET", "POST", "DELETE"}
    assert [official.check(one.method, one.path, one.query, one.body) for one in fake.heard] == [[]] * len(fake.heard)
