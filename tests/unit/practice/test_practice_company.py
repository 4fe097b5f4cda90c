"""The practice company keeps what it is told and shows it only to those who may see it."""

import json
from datetime import timedelta

import pytest

from app.practice.company import Company
from tests.support import practice_client
from tests.support.practice_client import MEETING

caller = practice_client.caller


def test_without_a_key_with_a_wrong_one_or_with_the_key_in_the_url_nobody_gets_in(caller):
    for given in ({"key": None}, {"key": "key-nobody"}, {"api_token": "key-anna"}):
        status, content = caller.ask("GET", "/v1/users/me", **given)
        assert status == 401
        assert content["error"] == "unauthorized access"
        assert caller.reply.headers["x-401-by-gw"] == "true"


def test_me_answers_under_both_v1_addresses_and_names_the_company(caller):
    for path in ("/v1/users/me", "/api/v1/users/me"):
        status, content = caller.ask("GET", path)
        assert status == 200
        assert content["data"]["company_domain"] == "acme"
        assert content["data"]["id"] == 100101


def test_a_replaced_key_is_dead_at_once(caller):
    caller.company.replace_key("key-anna", "key-new")
    assert caller.ask("GET", "/v1/users/me")[0] == 401
    assert caller.ask("GET", "/v1/users/me", key="key-new")[1]["data"]["id"] == 100101


def test_an_address_that_the_contract_does_not_list_is_not_found(caller):
    for method, path in (
        ("GET", "/api/v2/products"),
        ("PUT", "/api/v2/persons/1"),
        ("GET", "/v1/persons"),
        ("GET", "/api/v2/persons/x"),
    ):
        assert caller.ask(method, path)[0] == 404


def test_a_person_gets_its_defaults_and_the_first_email_is_primary(caller):
    person = caller.add(
        "persons", {"name": "Kari Anne Nordmann", "emails": [{"value": "a@x.example"}, {"value": "b@x.example"}]}
    )
    assert person["emails"] == [
        {"value": "a@x.example", "primary": True, "label": "work"},
        {"value": "b@x.example", "primary": False, "label": "work"},
    ]
    assert (person["first_name"], person["last_name"]) == ("Kari", "Anne Nordmann")
    assert person["add_time"] == person["update_time"] == "2026-11-22T09:30:15Z"
    assert person["is_deleted"] is False
    assert person["visible_to"] == 3


def test_the_same_name_again_makes_a_second_record(caller):
    assert [caller.add("organizations", {"name": "Acme"})["id"] for _ in range(2)] == [1, 2]


def test_an_activity_takes_its_person_from_the_primary_participant_and_answers_with_seconds(caller):
    caller.add("persons", {"name": "Kari"})
    activity = caller.add(
        "activities", {**MEETING, "due_date": "2026-12-01", "due_time": "08:30", "duration": "00:45", "done": True}
    )
    assert activity["person_id"] == 1
    assert activity["due_time"] == "08:30:00"
    assert activity["duration"] == "00:45:00"
    assert activity["marked_as_done_time"] == "2026-11-22T09:30:15Z"


def test_a_change_replaces_lists_whole_and_leaves_the_rest(caller):
    caller.add("persons", {"name": "Kari", "emails": [{"value": "a@x.example"}], "phones": [{"value": "+47 1"}]})
    _, content = caller.ask("PATCH", "/api/v2/persons/1", {"emails": [{"value": "b@x.example"}]})
    assert [row["value"] for row in content["data"]["emails"]] == ["b@x.example"]
    assert content["data"]["name"] == "Kari"
    assert content["data"]["phones"]
    assert caller.refusal("PATCH", "/api/v2/persons/2", {"name": "x"})[0] == 404


def test_a_deleted_record_leaves_lists_and_search_and_is_gone_after_thirty_days(caller):
    caller.add("persons", {"name": "Kari"})
    assert caller.ask("DELETE", "/api/v2/persons/1") == (200, {"success": True, "data": {"id": 1}})
    assert caller.ids("/api/v2/persons") == []
    assert caller.ids("/api/v2/persons/search", term="kari") == []
    assert caller.ask("GET", "/api/v2/persons/1")[1]["data"]["is_deleted"] is True
    assert caller.ask("PATCH", "/api/v2/persons/1", {"name": "x"})[0] == 404
    assert caller.ask("DELETE", "/api/v2/persons/1")[0] == 404
    caller.now += timedelta(days=30)
    assert caller.ask("GET", "/api/v2/persons/1")[0] == 404


def test_a_colleague_never_sees_what_only_its_owner_may_see(caller):
    caller.add("persons", {"name": "Kari", "visible_to": 1})
    assert caller.ids("/api/v2/persons", key="key-bo") == []
    assert caller.ids("/api/v2/persons/search", term="kari", key="key-bo") == []
    assert caller.ask("GET", "/api/v2/persons/1", key="key-bo")[0] == 404


def test_a_custom_field_belongs_to_the_company_and_can_be_searched(caller):
    _, content = caller.ask("POST", "/api/v2/personFields", {"field_name": "Pipedriven", "field_type": "varchar"})
    code = content["data"]["field_code"]
    assert len(code) == 40
    assert code in [row["field_code"] for row in caller.ask("GET", "/api/v2/personFields")[1]["data"]]
    caller.add("persons", {"name": "Kari", "custom_fields": {code: "pdn-17"}})
    assert caller.ids("/api/v2/persons/search", term="PDN-17", fields="custom_fields", exact_match="true") == [1]


def test_only_an_administrator_adds_fields(caller):
    field = {"field_name": "x", "field_type": "varchar"}
    assert caller.refusal("POST", "/api/v2/personFields", field, key="key-bo")[0] == 403


def test_merging_moves_what_hung_on_the_record_that_goes(caller):
    for name in ("Acme", "ACME"):
        caller.add("organizations", {"name": name})
        caller.add("persons", {"name": f"Kari of {name}", "org_id": len(caller.company.records("organizations"))})
    caller.add("activities", {**MEETING, "org_id": 1})
    caller.company.merge("persons", 1, into=2)
    caller.company.merge("organizations", 1, into=2)
    activity = caller.company.record("activities", 1)
    assert (activity["person_id"], activity["org_id"]) == (2, 2)
    assert caller.company.record("persons", 1)["is_deleted"]


def test_a_snapshot_in_json_brings_everything_back(caller):
    caller.add("organizations", {"name": "Acme"})
    caller.add("persons", {"name": "Kari", "org_id": 1})
    caller.add("activities", MEETING)
    other = Company()
    other.load(json.loads(json.dumps(caller.company.dump())))
    assert other.dump() == caller.company.dump()
    caller.company = other
    assert caller.add("persons", {"name": "Ola"})["id"] == 2
    with pytest.raises(ValueError, match="another version"):
        other.load({"version": 2})
