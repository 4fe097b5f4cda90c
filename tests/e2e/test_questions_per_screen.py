"""F3: a screen asks the database the same number of questions, however much it has to show."""

import contextlib
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

SCREENS = (
    "/", "/contacts", "/contacts/{cid}", "/activities", "/campaigns", "/campaigns/{campaign}", "/campaigns/{campaign}?view=contacts",
    "/campaigns/{campaign}?view=activity", "/campaigns/{campaign}?view=report", "/reports", "/organisations", "/trash", "/sync",
    "/sync?show=done", "/import", "/notices", "/outbox", "/team", "/team/work", "/team/audit", "/settings", "/settings/templates",
)  # fmt: skip
# the clock asks its own questions meanwhile; the quietest of several visits is the screen's own
VISITS = 5


class Firm:
    """One person's bank and campaigns, over the wires."""

    def __init__(self, site, cookies):
        self.site, self.count = site, 0
        self.wires = httpx.Client(
            base_url=site.address, cookies=cookies, headers={"Origin": site.address, "Accept": "text/html"}, timeout=60
        )

        # strangers may not ask that often
        token = self.make("/tokens", {"name": "meter", "days": 1})["token"]
        self.meter = httpx.Client(base_url=site.address, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def make(self, path, body):
        answer = self.wires.post(f"/api{path}", json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def grow(self, many, campaign, known):
        """So many of everything that a list may show."""
        moment, me = datetime.now(UTC), self.wires.get("/api/auth/session").json()["user"]["id"]
        made = []
        for _ in range(many):
            self.count += 1
            number = self.count
            facts = {"name": f"Person {number}", "organisation": f"Firm {number}", "email": f"p{number}@x.example"}
            person = self.make("/contacts?force=true", facts | {"tags": [f"t{number}"], "warmness_score": number % 7})[
                "id"
            ]
            other = self.make("/campaigns", {"name": f"Campaign {number}", "goal_touches": 5})["id"]
            self.make(f"/campaigns/{other}/assign-contacts", {"contact_ids": [person, known]})
            touch = {"type": "CALL", "outcome": "REACHED", "campaign_id": campaign}
            made.append((person, touch))
            gone = self.make("/contacts?force=true", {"name": f"Gone {number}"})["id"]
            assert self.wires.delete(f"/api/contacts/{gone}").status_code == 204
            self.make("/introductions", {"offered_to": me, "whom": f"Somebody {number}"})
            self.make("/templates", {"name": f"Template {number}", "subject": "x", "body": "x"})
            self.make("/users", {"email": f"guest{number}@firm.example", "role": "CONSULTANT"})
            self.make("/pipedrive/sync", {"contact_id": person})
        self.make(f"/campaigns/{campaign}/assign-contacts", {"contact_ids": [one for one, _ in made]})
        for person, touch in made:
            for contact in (person, known):
                self.make("/activities", touch | {"contact_id": contact})
                planned = {"type": "CALL", "contact_id": contact, "due_date": (moment + timedelta(hours=1)).isoformat()}
                self.make("/activities", planned)

    def asked(self):
        numbers = self.meter.get("/metrics").text
        return float(re.search(r"^pipedriven_queries_total (\S+)", numbers, re.MULTILINE)[1])

    def questions(self, path):
        """How many one visit costs, besides asking for this number."""
        seen = []
        for _ in range(VISITS):
            before, nothing = self.asked(), self.asked()
            answer = self.wires.get(path)
            assert answer.status_code == 200, path
            seen.append(self.asked() - nothing - (nothing - before))
        return min(seen)


@pytest.fixture(scope="module")
def counted(site, account):
    """Each screen's number of questions with little and with much to show."""
    firm = Firm(site, {cookie["name"]: cookie["value"] for cookie in account["cookies"]})
    with contextlib.closing(firm.wires), contextlib.closing(firm.meter):
        known = firm.make("/contacts", {"name": "Known Person", "organisation": "Known Firm"})["id"]
        campaign = firm.make("/campaigns", {"name": "The campaign", "goal_touches": 50})["id"]
        firm.make(f"/campaigns/{campaign}/assign-contacts", {"contact_ids": [known]})
        places = {"cid": known, "campaign": campaign}
        firm.grow(3, campaign, known)
        few = {path: firm.questions(path.format(**places)) for path in SCREENS}
        firm.grow(12, campaign, known)
        yield few, {path: firm.questions(path.format(**places)) for path in SCREENS}


@pytest.mark.parametrize("path", SCREENS)
def test_a_longer_list_is_not_more_questions(counted, path):
    few, many = counted
    assert 0 < many[path] <= few[path] <= 45
