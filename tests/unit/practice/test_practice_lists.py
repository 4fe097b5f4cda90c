"""Lists, cursors, searches and limits of the practice company."""

from datetime import timedelta

import pytest

from app.practice.limits import Limits
from tests.support import practice_client
from tests.support.practice_client import MEETING, Caller

caller = practice_client.caller


@pytest.mark.parametrize(
    "query",
    [
        {"updated_since": "2026-11-22T00:00:00.123Z"},
        {"updated_since": "2026-11-22"},
        {"limit": "501"},
        {"limit": "0"},
        {"sort_by": "name"},
        {"owner_id": "anna"},
        {"search": "x"},
        {"cursor": "nonsense"},
    ],
)
def test_a_list_refuses_a_query_it_does_not_know(caller, query):
    assert caller.refusal("GET", "/api/v2/persons", **query)[0] == 400


def test_updated_since_includes_its_own_second_and_the_newest_comes_first_when_asked(caller):
    for name in ("A", "B", "C"):
        caller.add("persons", {"name": name})
        caller.now += timedelta(seconds=10)
    caller.ask("PATCH", "/api/v2/persons/1", {"name": "A again"})
    query = {"updated_since": "2026-11-22T09:30:25Z", "sort_by": "update_time", "sort_direction": "desc"}
    assert caller.ids("/api/v2/persons", **query) == [1, 3, 2]


def test_pages_follow_their_cursor_to_the_end(caller):
    for number in range(5):
        caller.add("organizations", {"name": f"Firm {number}"})
    seen, cursor = [], None
    while True:
        _, content = caller.ask("GET", "/api/v2/organizations", limit="2", **({"cursor": cursor} if cursor else {}))
        seen += [row["id"] for row in content["data"]]
        cursor = content["additional_data"]["next_cursor"]
        if cursor is None:
            break
    assert seen == [1, 2, 3, 4, 5]


def test_activities_are_listed_by_their_primary_participant(caller):
    for name in ("Kari", "Ola"):
        caller.add("persons", {"name": name})
    caller.add("activities", {**MEETING, "participants": [{"person_id": 1, "primary": True}, {"person_id": 2}]})
    assert caller.ids("/api/v2/activities", person_id="1", done="false") == [1]
    assert caller.ids("/api/v2/activities", person_id="2") == []


def test_search_finds_whole_values_in_any_case_and_nothing_too_short(caller):
    caller.add("persons", {"name": "Kari", "emails": [{"value": "Kari@X.example"}]})
    search = "/api/v2/persons/search"
    assert caller.ids(search, term="kari@x.EXAMPLE", fields="email", exact_match="true") == [1]
    assert caller.ids(search, term="kari@x", fields="email", exact_match="true") == []
    assert caller.ids(search, term="kari@x", fields="email") == [1]
    assert caller.ids(search, term="kari@x.example", fields="name", exact_match="true") == []
    assert caller.refusal("GET", search, term="k")[0] == 400
    assert caller.refusal("GET", search)[0] == 400
    assert caller.refusal("GET", search, term="kari", fields="email,shoe")[0] == 400


def test_a_lagging_index_finds_a_record_only_later_and_an_edit_too():
    caller = Caller(lag=timedelta(seconds=30))
    caller.add("persons", {"name": "Kari", "emails": [{"value": "kari@x.example"}]})
    search = {"term": "kari@x.example", "exact_match": "true"}
    assert caller.ids("/api/v2/persons/search", **search) == []
    assert caller.ids("/api/v2/persons") == [1]
    caller.now += timedelta(seconds=30)
    assert caller.ids("/api/v2/persons/search", **search) == [1]
    caller.ask("PATCH", "/api/v2/persons/1", {"emails": [{"value": "new@x.example"}]})
    assert caller.ids("/api/v2/persons/search", **search) == [1]
    caller.now += timedelta(seconds=30)
    assert caller.ids("/api/v2/persons/search", **search) == []


def test_every_answer_counts_tokens_and_says_how_many_are_left(caller):
    caller.add("persons", {"name": "Kari"})
    caller.ids("/api/v2/persons/search", term="kari")
    assert caller.company.limits.spent == 25
    assert caller.reply.headers["x-daily-ratelimit-token-remaining"] == "29975"
    assert caller.reply.headers["x-ratelimit-limit"] == "10"
    caller.now += timedelta(days=1)
    caller.ask("GET", "/v1/users/me")
    assert caller.company.limits.spent == 2


def test_the_burst_limit_holds_per_key_for_two_seconds():
    caller = Caller(limits=Limits(burst=3, search=1, enforced=True))
    assert [caller.ask("GET", "/v1/users/me")[0] for _ in range(4)] == [200, 200, 200, 429]
    assert caller.reply.headers["x-ratelimit-remaining"] == "0"
    assert caller.reply.headers["x-ratelimit-reset"] == "2"
    assert caller.ask("GET", "/v1/users/me", key="key-bo")[0] == 200
    assert [caller.ask("GET", "/api/v2/persons/search", term="xx")[0] for _ in range(2)] == [200, 429]
    caller.now += timedelta(seconds=2)
    assert caller.ask("GET", "/v1/users/me")[0] == 200


def test_the_budget_of_the_day_is_shared_by_everybody_and_comes_back_at_midnight():
    caller = Caller(limits=Limits(daily=10, enforced=True))
    for _ in range(2):
        caller.add("persons", {"name": "Kari"})
    assert caller.ask("POST", "/api/v2/persons", {"name": "Ola"}, key="key-bo")[0] == 429
    assert caller.reply.headers["x-daily-ratelimit-token-remaining"] == "0"
    assert len(caller.company.records("persons")) == 2
    caller.now += timedelta(days=1)
    assert caller.ask("POST", "/api/v2/persons", {"name": "Ola"}, key="key-bo")[0] == 200
