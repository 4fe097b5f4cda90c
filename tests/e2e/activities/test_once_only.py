"""What waited on a phone is done once: three times at once, again, and again after the server was started anew."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.support.app_process import PASSWORD, served, wire
from tests.support.forked_app import Forked


def signed_up(site):
    them = wire(site.address, seconds=60)
    token = site.setup.partition("token=")[2]
    form = {"token": token, "email": "annegret@firm.example", "name": "Annegret", "password": PASSWORD}
    answer = them.post("/setup", data=form | {"timezone": "Europe/Berlin", "country": "DE", "sample": ""})
    assert answer.status_code == 303, answer.text
    return them


def test_one_row_whatever_is_replayed_and_whatever_stops_meanwhile(folder):
    deeds = {str(uuid4()): ("/api/contacts", {"name": "Spät Ömer"})}
    with served(folder, start=Forked) as site:
        them = signed_up(site)
        contact = them.post("/api/contacts", json={"name": "Kari Nordmann"}).json()["id"]
        touch = {"type": "CALL", "outcome": "REACHED", "contact_id": contact, "happened_at": "2026-11-20T09:30:00Z"}
        deeds[str(uuid4())] = ("/api/activities", touch)

        def replay(key):
            path, body = deeds[key]
            return them.post(path, json=body, headers={"Idempotency-Key": key})

        with ThreadPoolExecutor(6) as hands:
            answers = list(hands.map(replay, [*deeds] * 3))
        first = {answer.json()["id"] for answer in answers}
        assert ({answer.status_code for answer in answers}, len(first)) == ({201}, 2)
        cookies = dict(them.cookies)
        them.close()

    # the phone never heard the answers; the server was started anew at another door
    with served(folder, empty=False, start=Forked) as site, wire(site.address, cookies, seconds=60) as them:
        again = [them.post(path, json=body, headers={"Idempotency-Key": key}) for key, (path, body) in deeds.items()]
        assert {answer.json()["id"] for answer in again} == first
        assert len(them.get("/api/contacts", params={"q": "Spät Ömer"}).json()["items"]) == 1
        assert len(them.get("/api/activities", params={"type": "CALL"}).json()["items"]) == 1
