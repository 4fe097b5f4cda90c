"""F20: what waited on a phone is done once: three times at once, again, and again after the server was started anew."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
from running import PASSWORD, served


def client(site, cookies=None):
    return httpx.Client(base_url=site.address, cookies=cookies, headers={"Origin": site.address}, timeout=60)


def signed_up(site):
    wire = client(site)
    token = site.setup.partition("token=")[2]
    form = {"token": token, "email": "annegret@firm.example", "name": "Annegret", "password": PASSWORD}
    answer = wire.post("/setup", data=form | {"timezone": "Europe/Berlin", "country": "DE", "sample": ""})
    assert answer.status_code == 303, answer.text
    return wire


def test_one_row_whatever_is_replayed_and_whatever_stops_meanwhile(folder):
    deeds = {str(uuid4()): ("/api/contacts", {"name": "Spät Ömer"})}
    with served(folder) as site:
        wire = signed_up(site)
        contact = wire.post("/api/contacts", json={"name": "Kari Nordmann"}).json()["id"]
        touch = {"type": "CALL", "outcome": "REACHED", "contact_id": contact, "happened_at": "2026-11-20T09:30:00Z"}
        deeds[str(uuid4())] = ("/api/activities", touch)

        def replay(key):
            path, body = deeds[key]
            return wire.post(path, json=body, headers={"Idempotency-Key": key})

        with ThreadPoolExecutor(6) as hands:
            answers = list(hands.map(replay, [*deeds] * 3))
        first = {answer.json()["id"] for answer in answers}
        assert ({answer.status_code for answer in answers}, len(first)) == ({201}, 2)
        cookies = dict(wire.cookies)
        wire.close()

    # the phone never heard the answers; the server was started anew at another door
    with served(folder, empty=False) as site, client(site, cookies) as wire:
        again = [wire.post(path, json=body, headers={"Idempotency-Key": key}) for key, (path, body) in deeds.items()]
        assert {answer.json()["id"] for answer in again} == first
        assert len(wire.get("/api/contacts", params={"q": "Spät Ömer"}).json()["items"]) == 1
        assert len(wire.get("/api/activities", params={"type": "CALL"}).json()["items"]) == 1
